import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What a reader needs to know to compare figures; nothing that names the machine. */
export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  os: string;
  node: string;
  /** Of the last minute, before the bench began: of an idle machine near 0. */
  loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release().replace(/^(\d+\.\d+).*/, '$1')}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}
