import { assertFree, freePorts } from '@herald/local-stack/ports';
import { StackProblem } from '@herald/local-stack/problem';

/** The ports by which people know these servers. */
const USUAL = {
  kafka: 9092,
  controller: 10092,
  registry: 8081,
  clickhouse: 8123,
  api: 8080,
  ingest: 8090,
};

export type DemoPorts = typeof USUAL;

/** The usual ports where they are free, else others chosen at random: a demo never asks to make room first. */
export async function choosePorts(): Promise<{ ports: DemoPorts; taken: string[] }> {
  const names = Object.keys(USUAL) as (keyof DemoPorts)[];
  const spare = await freePorts(names.length);
  const ports = { ...USUAL };
  const taken: string[] = [];
  for (const [index, name] of names.entries()) {
    if (await isFree(USUAL[name])) continue;
    ports[name] = spare[index] as number;
    taken.push(`port ${USUAL[name]} is in use: ${name} takes ${ports[name]}`);
  }
  return { ports, taken };
}

async function isFree(port: number): Promise<boolean> {
  try {
    await assertFree(port, 'the demo', 'let the demo choose');
    return true;
  } catch (error) {
    if (error instanceof StackProblem) return false;
    throw error;
  }
}
