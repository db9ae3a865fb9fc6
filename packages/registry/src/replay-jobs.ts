import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/replay-job';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { CompactedTable } from '@herald/kafka/compacted-table';
import type { KafkaConnection } from '@herald/kafka/connection';
import { whyNotStarted } from '@herald/replay/bulk-plan';
import type { ReplayJob, WantedState } from '@herald/replay/job';
import { isOpen } from '@herald/replay/progress';
import { toForget } from '@herald/replay/remembering';
import { editEntry } from './audit/edit-entry.ts';
import type { Asker, AuditAction } from './audit/entry.ts';
import type { AuditLog } from './audit/log.ts';
import { shownReplay, shownWish } from './audit/shown.ts';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { createEditor } from './editor.ts';
import { createFencedLog } from './fenced-log.ts';
import { parseReplayJob, replayJobRecordOf } from './replay-job-record.ts';
import type { ReplayProgressTable } from './replay-progress.ts';
import type { AuditOf } from './round.ts';
import { SUBJECTS } from './subjects.ts';

/** The local copy of `herald.replays`, by replay. */
export type ReplayJobTable = CompactedTable<ReplayJob>;

/** Resolves when the table has read to the end of the topic. */
export function openReplayJobTable(options: TableOptions): Promise<ReplayJobTable> {
  return openConfigurationTable<avro.ReplayJob, ReplayJob>(options, {
    topic: TOPICS.replays,
    subjectSchema: SUBJECTS.replays,
    parse: parseReplayJob,
  });
}

export type NewReplay = Omit<ReplayJob, 'wanted' | 'createdAtMs' | 'updatedAtMs'>;

type Unavailable =
  /** Kafka gave no answer in time. Whether the change is on record can be seen when it is back. */
  { kind: 'unavailable'; detail: string };

type TooMany =
  /** The account has as many open replays as it may: these. Nothing was written. */
  { kind: 'too_many'; limit: number; open: string[] };

export type ReplayCreated =
  | { kind: 'created'; job: ReplayJob }
  /** There is one by that id: this. Nothing was written. */
  | { kind: 'exists'; job: ReplayJob }
  | TooMany
  | Unavailable;

export type ReplayChanged =
  | { kind: 'changed'; job: ReplayJob }
  /** There is no such replay. */
  | { kind: 'missing' }
  /** It was cancelled, and stays so. */
  | { kind: 'cancelled' }
  | PlanNotStarted
  | TooMany
  | Unavailable;

/** It is a bulk plan whose count is not there, or stands no more. Nothing was written. */
export interface PlanNotStarted {
  kind: 'plan_not_started';
  reason: NonNullable<ReturnType<typeof whyNotStarted>>;
}

/** The one way to ask for replays. Any number of processes may have one. */
export interface ReplayWriter {
  as(asker: Asker): ReplayEdits;
  /** Waits for the edits under way. */
  close(): Promise<void>;
}

/** Edits in the name of who asks for them. */
export interface ReplayEdits {
  /** Its id is the caller's to choose: with the same one, asking twice makes one replay. */
  create(replay: NewReplay): Promise<ReplayCreated>;
  /** Lets a plan run, also one that was paused. A bulk plan runs while its count counts. */
  start(replayId: string): Promise<ReplayChanged>;
  want(replayId: string, wanted: WantedState): Promise<ReplayChanged>;
}

export interface ReplayWriterOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  jobs: ReplayJobTable;
  progress: Pick<ReplayProgressTable, 'get'>;
  audit: AuditLog;
  /** Open replays of one account. */
  maxOpenPerAccount: number;
  /** For one edit, milliseconds; default 10,000. */
  timeoutMs?: number;
  now?: () => number;
}

const OF_A_NEWER_VERSION = 'there is one that was written by a newer version of Herald than this one';

const ACTIONS: Readonly<Record<WantedState, AuditAction>> = {
  running: 'replay.resumed',
  paused: 'replay.paused',
  cancelled: 'replay.cancelled',
};

export async function createReplayWriter(options: ReplayWriterOptions): Promise<ReplayWriter> {
  const {
    connection,
    source,
    jobs,
    progress,
    audit,
    maxOpenPerAccount,
    timeoutMs = 10_000,
    now = Date.now,
  } = options;
  const encoder = await createEncoder<avro.ReplayJob>(source, SUBJECTS.replays);
  const editor = createEditor<ReplayJob>({
    log: createFencedLog({ connection, topic: TOPICS.replays, timeoutMs: timeoutMs / 2 }),
    table: jobs,
    encode: (job) => encoder.encode(replayJobRecordOf(job)),
    audit,
    timeoutMs,
    now,
  });

  return { as: editsOf, close: () => editor.close() };

  function editsOf(asker: Asker): ReplayEdits {
    const audited = (id: string, action: AuditAction, show = shownWish) =>
      editEntry(asker, action, { kind: 'replay', id }, show);
    return {
      async create(replay) {
        const created = await create(replay, audited(replay.id, 'replay.created', shownReplay));
        if (created.kind === 'created') void forgetOldest(replay.accountId);
        return created;
      },
      start: (replayId) =>
        change(
          replayId,
          { dryRun: false, wanted: 'running' },
          audited(replayId, 'replay.started'),
          notStarted,
        ),
      want: (replayId, wanted) => change(replayId, { wanted }, audited(replayId, ACTIONS[wanted])),
    };
  }

  async function create(replay: NewReplay, audited: AuditOf<ReplayJob>): Promise<ReplayCreated> {
    const nowMs = now();
    const job: ReplayJob = { ...replay, wanted: 'running', createdAtMs: nowMs, updatedAtMs: nowMs };
    const edited = await editor.edit<ReplayCreated>(
      job.id,
      (current) => {
        if (current) return { refuse: { kind: 'exists', job: current.value } };
        if (jobs.unreadable.has(job.id))
          return { refuse: { kind: 'unavailable', detail: OF_A_NEWER_VERSION } };
        const tooMany = tooManyBeside(job);
        return tooMany ? { refuse: tooMany } : { write: job };
      },
      audited,
      job.accountId,
    );
    if (edited.kind === 'refused') return edited.refusal;
    return edited.kind === 'written' ? { kind: 'created', job } : edited;
  }

  async function change(
    replayId: string,
    wish: Partial<Pick<ReplayJob, 'wanted' | 'dryRun'>>,
    audited: AuditOf<ReplayJob>,
    whyNot: (job: ReplayJob) => ReplayChanged | undefined = () => undefined,
  ): Promise<ReplayChanged> {
    let changed: ReplayJob | undefined;
    const edited = await editor.edit<ReplayChanged>(
      replayId,
      (current) => {
        if (!current) return { refuse: { kind: 'missing' } };
        const was = current.value;
        if (was.wanted === 'cancelled') return { refuse: { kind: 'cancelled' } };
        const refusal = whyNot(was);
        if (refusal) return { refuse: refusal };
        const job = { ...was, ...wish, updatedAtMs: now() };
        // A record has all that the replay is asked for, which may be large.
        if (was.wanted === job.wanted && was.dryRun === job.dryRun) {
          return { refuse: { kind: 'changed', job: was } };
        }
        const opens = !isOpenNow(was) && isOpenNow(job);
        const tooMany = opens ? tooManyBeside(job) : undefined;
        if (tooMany) return { refuse: tooMany };
        changed = job;
        return { write: job };
      },
      audited,
      jobs.get(replayId)?.value.accountId,
    );
    if (edited.kind === 'refused') return edited.refusal;
    return edited.kind === 'written' ? { kind: 'changed', job: changed as ReplayJob } : edited;
  }

  function notStarted(job: ReplayJob): PlanNotStarted | undefined {
    const reason = whyNotStarted(job, progress.get(job.id)?.value, now());
    return reason && { kind: 'plan_not_started', reason };
  }

  function tooManyBeside({ id, accountId }: ReplayJob): TooMany | undefined {
    const open = jobsOf(accountId).filter((job) => job.id !== id && isOpenNow(job));
    if (open.length < maxOpenPerAccount) return undefined;
    return { kind: 'too_many', limit: maxOpenPerAccount, open: open.map((job) => job.id) };
  }

  function isOpenNow(job: ReplayJob): boolean {
    return isOpen(job, progress.get(job.id)?.value);
  }

  function jobsOf(accountId: string): ReplayJob[] {
    return [...jobs.entries()].flatMap(([, { value }]) => (value.accountId === accountId ? [value] : []));
  }

  /** What is not forgotten now, because Kafka is away, is forgotten with the next one. */
  async function forgetOldest(accountId: string): Promise<void> {
    const all = jobsOf(accountId).map((job) => ({ job, progress: progress.get(job.id)?.value }));
    for (const id of toForget(all, now())) {
      await editor.edit<'open'>(id, (current) =>
        current && !isOpenNow(current.value) ? { write: undefined } : { refuse: 'open' },
      );
    }
  }
}
