import type { Colors } from './painting.ts';
import type { Terminal } from './terminal.ts';

interface Tally {
  scanned: number;
  matched: number;
  sent: number;
  skipped: Record<string, number>;
}

/** A replay as the API answers it: the fields that are shown. */
export interface Replay {
  replay_id: string;
  state: string;
  wanted: string;
  dry_run: boolean;
  waiting_for: string | null;
  error: string | null;
  source: { kind: string; topic?: string };
  per_second: number;
  planned: Tally;
  done: Tally;
  to_send: number;
  sent: number;
  remaining: number;
  estimate_seconds: number | null;
  expired: { partition: number; from: number; to: number }[];
  not_there_yet: { partition: number; from: number; to: number }[];
  partitions: {
    partition: number;
    from: number;
    to: number;
    position: number;
    to_send: number;
    sent: number;
  }[];
  endpoints: { endpoint_id: string | null; to_send: number; sent: number }[];
  held_endpoints: { endpoint_id: string; reason: string }[];
  samples: { event_id: string; endpoint_id: string; publication_id: string; event_type: string }[];
  created_at: string;
}

/** Nothing more comes of it by itself. */
export function isOver({ state }: Pick<Replay, 'state'>): boolean {
  return state === 'completed' || state === 'cancelled' || state === 'failed';
}

export function replayStateText(replay: Replay, colors: Colors): string {
  const { state, waiting_for } = replay;
  const why = [waiting_for, asked(replay)].filter(Boolean).join(', ');
  const text = why ? `${state} (${why})` : state;
  if (state === 'completed') return colors.green(text);
  return state === 'failed' || state === 'cancelled' ? colors.red(text) : colors.yellow(text);
}

export function showReplay(replay: Replay, terminal: Terminal): void {
  const { colors } = terminal;
  const { planned } = replay;
  terminal.print(`${colors.bold(replay.replay_id)}  ${replayStateText(replay, colors)}`);
  if (replay.error) terminal.print(colors.red(replay.error));
  terminal.print(
    `${planned.scanned} ${replay.source.kind === 'topic' ? 'records' : 'deliveries'} scanned, ${planned.matched} deliveries matched, ${replay.to_send} to send, ${replay.sent} sent, ${replay.remaining} left at ${replay.per_second}/s${estimateText(replay)}`,
  );
  const skipped = Object.entries(replay.done.matched > 0 ? replay.done.skipped : planned.skipped);
  for (const [reason, count] of skipped) terminal.print(`  ${count} skipped: ${reason.replaceAll('_', ' ')}`);
  for (const { partition, from, to } of replay.expired) {
    terminal.print(colors.red(`  gone: partition ${partition}, offsets ${from} to ${to - 1}`));
  }
  for (const { partition, from, to } of replay.not_there_yet) {
    terminal.print(colors.yellow(`  not there yet: partition ${partition}, offsets ${from} to ${to - 1}`));
  }
  for (const { endpoint_id, reason } of replay.held_endpoints) {
    terminal.print(
      colors.yellow(`  ${endpoint_id} is held (${reason}): what goes there waits until that ends`),
    );
  }
  if (replay.endpoints.length > 0) {
    terminal.print('');
    terminal.table(
      ['endpoint', 'to send', 'sent'],
      replay.endpoints.map(({ endpoint_id, to_send, sent }) => [
        endpoint_id ?? '(others)',
        String(to_send),
        String(sent),
      ]),
    );
  }
  if (replay.partitions.length > 0) {
    terminal.print('');
    terminal.table(
      ['partition', 'from', 'to', 'position', 'to send', 'sent'],
      [...replay.partitions]
        .sort(byPlace)
        .map((each) =>
          [each.partition, each.from, each.to, each.position, each.to_send, each.sent].map(String),
        ),
    );
  }
  if (replay.samples.length > 0) {
    terminal.print('');
    terminal.table(
      ['for example', 'type', 'publication', 'endpoint'],
      replay.samples.map((one) => [one.event_id, one.event_type, one.publication_id, one.endpoint_id]),
    );
  }
  if (replay.state === 'planned' && replay.dry_run && replay.wanted === 'running') {
    terminal.note(`nothing is sent yet: herald replay start ${replay.replay_id} sends it`);
  }
}

/** What a replayer has been asked for and has not done yet. */
function asked(replay: Replay): string | undefined {
  const { state, wanted } = replay;
  if (isOver(replay) || state === wanted) return undefined;
  return { paused: 'to be paused', cancelled: 'to be cancelled' }[wanted];
}

function byPlace(a: Replay['partitions'][number], b: Replay['partitions'][number]): number {
  return a.partition - b.partition || a.from - b.from;
}

function estimateText({ estimate_seconds }: Replay): string {
  return estimate_seconds === null || estimate_seconds === 0 ? '' : `, about ${estimate_seconds} s`;
}
