import type { LoadSender } from './load-sender.ts';
import type { Runs } from './runs.ts';
import type { Scale } from './scale.ts';
import type { Sink } from './sink/sink.ts';
import { startMeter, type Usage } from './usage.ts';

/** What every scenario works with. */
export interface Bench {
  sender: LoadSender;
  sink: Sink;
  runs: Runs;
  scale: Scale;
}

/** Of the sender, its servers, the sink and this process, which publishes. */
export function meterAll({ sender, sink }: Bench): () => Usage {
  return startMeter([
    ...sender.processes(),
    sink.process,
    { name: 'publisher', pid: process.pid, group: 'bench' },
  ]);
}
