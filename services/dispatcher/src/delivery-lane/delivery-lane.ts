import type { Decoded, Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Outcome } from '@herald/domain/outcome';
import type { Reading } from '@herald/domain/reading';
import { receiverSign } from '@herald/domain/receiver-sign';
import { judge, judgeTest } from '@herald/domain/verdict';
import type { LaneHandler } from '@herald/kafka/lane';
import type { LaneRecord } from '@herald/kafka/record';
import type { ConfiguredEndpoint, EndpointTable } from '@herald/registry/endpoint-table';
import type { Sender } from '@herald/webhook/sender';
import { withoutCredentials } from '@herald/webhook/without-credentials';
import type { Append, CatchUp } from '../catch-up/catch-up.ts';
import { type HeldItem, MAX_PUT_BACK_MS } from '../catch-up/follower.ts';
import type { EndpointHealth, Judged } from '../endpoint-health/endpoint-health.ts';
import { createFifo } from '../fifo.ts';
import type { Poison } from '../poison.ts';
import { createAdmit } from './admit.ts';
import type { WindowBounds } from './crowding.ts';
import { createHostOf } from './destination-host.ts';
import { type AttemptMade, attempted, fenced, moved, type StepContext } from './disposition.ts';
import { type Ending, endingOf } from './ending.ts';
import { withGivingWay } from './giving-way.ts';
import type { Holds } from './holds.ts';
import { isHeldRecord, isTest, type LookUp, lookUp, type Standing } from './look-up.ts';
import type { Move } from './move.ts';
import type { Parking } from './overflow.ts';
import type { Preparation, Prepared } from './prepare.ts';
import { createRecentEvents, RECENT_EVENTS } from './recent-events.ts';
import type { DeliveryObserver, Recorder } from './recorder.ts';
import type { RevisionGate } from './revision-gate.ts';
import { createSteps } from './steps.ts';
import { type DeliveryTask, receiveDelivery } from './task.ts';
import { withTestTurns } from './test-turns.ts';

/** How soon what is held is offered again to an endpoint that has no room for it. */
const MIN_DEFER_MS = 50;

/** How often queues are compared with the pace of their endpoints, while there are any. */
const SHED_EVERY_MS = 250;

export interface DeliveryLaneOptions {
  endpoints: Pick<EndpointTable, 'get' | 'isUnreadable'>;
  gate: RevisionGate;
  holds: Pick<Holds, 'stateOf' | 'statusOf' | 'decide'>;
  isCancelled: Standing['isCancelled'];
  held: Pick<CatchUp, 'whenOpen' | 'append' | 'putBack' | 'keepHead'>;
  health: EndpointHealth;
  decoder: Decoder<PublicationEvent>;
  prepare: (given: Preparation) => Prepared;
  sender: Pick<Sender, 'send'>;
  recorder: Recorder;
  /** The offset may move past the record. */
  complete: (record: LaneRecord) => void;
  observe: Pick<DeliveryObserver, 'twinDropped' | 'breaker'>;
  onFatal: (error: Error) => void;
  maxInFlight: number;
  maxInFlightPerHost: number;
  /** What all chats of Telegram have as their destination. */
  telegramApiUrl: string;
  /** What the lane may hold of one partition. */
  window: WindowBounds;
  dispatcherId: string;
  now: () => number;
  newId: () => string;
  /** Share of the time since the call before in which the event loop had work, 0 to 1. */
  busyShare: () => number;
}

export interface DeliveryLane extends LaneHandler {
  /** What the catch-up releases: the same steps again. */
  receiveHeld(item: HeldItem): void;
  /** Deliveries that wait in memory for their turn. */
  readonly queued: number;
  /** Attempts under way. */
  readonly inFlight: number;
  /** Endpoints of which something is remembered, and those of them whose breaker is open or half open. */
  census(): { known: number; open: number };
}

type Hold = Extract<LookUp, { kind: 'hold' }>;
type Ended = Extract<LookUp, { kind: 'dead' | 'cancel' }>;

/** What is settled without an attempt, as soon as the recorder has room. */
type Decision =
  | { kind: 'move'; record: LaneRecord; task: DeliveryTask; move: Move; ending: Ending }
  | { kind: 'poison'; record: LaneRecord; poison: Poison };

/**
 * receive → look up → admit → render → sign → send → judge → record → complete. All attempts are made here. A
 * delivery takes a step by handing its disposition over in one piece, and its offset moves when that is acknowledged.
 */
export function createDeliveryLane(options: DeliveryLaneOptions): DeliveryLane {
  const { endpoints, gate, holds, held, health, prepare, sender, recorder, complete, observe, onFatal } =
    options;
  const { dispatcherId, now, newId, busyShare } = options;
  const endpointOf = (endpointId: string) => endpoints.get(endpointId)?.endpoint;
  const admitting = createAdmit({
    maxInFlight: options.maxInFlight,
    maxInFlightPerHost: options.maxInFlightPerHost,
    window: options.window,
    policyOf: endpointOf,
    hostOf: createHostOf(endpoints, options.telegramApiUrl),
    onBreaker: observe.breaker,
  });
  const accountOf = (endpointId: string) => endpointOf(endpointId)?.accountId ?? endpointId;
  const admit = withGivingWay(withTestTurns(admitting, accountOf), pump);
  const eventOf = createRecentEvents(options.decoder, RECENT_EVENTS);
  const decisions = createFifo<Decision>();
  const steps = createSteps({
    recorder,
    complete,
    onTwinDropped: observe.twinDropped,
    onEnded: pump,
    again: arrive,
    onFatal,
  });
  const { isUnreadable } = endpoints;
  const standing: Standing = { isUnreadable, stateOf: holds.stateOf, isCancelled: options.isCancelled };
  let suspended = false;
  let shedTimer: NodeJS.Timeout | undefined;
  let wakeTimer: NodeJS.Timeout | undefined;
  let wakeAtMs = Infinity;

  return {
    receive(record) {
      const received = receiveDelivery(record);
      if (received.kind === 'poison') {
        decisions.push({ kind: 'poison', record, poison: received.poison });
        pump();
      } else {
        const { task } = received;
        gate.whenAt(task.delivery.configRevision, () => held.whenOpen(record.claim, () => arrive(task)));
      }
    },

    receiveHeld(item) {
      if (item.kind === 'poison') decisions.push(item);
      else if (item.fate.kind === 'deliver') {
        gate.whenAt(item.task.delivery.configRevision, () => arrive(item.task));
      } else if (item.fate.kind === 'hold') holdHead(item.task);
      else decide(item.task, withoutAttempt(item.task, item.fate.kind));
      pump();
    },

    suspend() {
      suspended = true;
      clearTimeout(shedTimer);
      shedTimer = undefined;
      clearTimeout(wakeTimer);
      wakeAtMs = Infinity;
      return steps.drained();
    },

    resume() {
      admit.withdrawLost();
      decisions.takeWhere(({ record }) => !record.claim.isCurrent());
      suspended = false;
      pump();
    },

    get queued() {
      return admit.queued;
    },
    get inFlight() {
      return admit.inFlight;
    },
    census: () => admit.census(now()),
  };

  /** Look up, then admit: into memory, or onwards without an attempt. */
  function arrive(task: DeliveryTask): void {
    if (!task.record.claim.isCurrent()) return;
    const found = lookUpOf(task);
    if (found.kind === 'deliverable') {
      const placement = admit.arrive(task, now());
      if (placement.kind !== 'queue') defer(task, placement);
    } else if (found.kind === 'hold' && isHeldRecord(task)) held.putBack(task, 0);
    else if (found.kind === 'park') defer(task, found);
    else decide(task, found, found.kind === 'hold' ? { append: appendOf(found) } : {});
    pump();
  }

  function decide(task: DeliveryTask, move: Move, ending: Ending = {}): void {
    decisions.push({ kind: 'move', record: task.record, task, move, ending });
  }

  /** It waited for its retry, and that is on record; now it waits for its endpoint, where it is. */
  function holdHead(task: DeliveryTask): void {
    const found = lookUpOf(task);
    const { step, attempts } = task.delivery;
    const instead = () => held.keepHead(task, { step: step + 1, attempts, dueAtMs: 0 });
    if (found.kind === 'hold') decide(task, found, { instead });
    else held.putBack(task, 0);
  }

  /** What is held waits where it is: to park it would cost a write, and an ordered endpoint its order. */
  function defer(task: DeliveryTask, parking: Parking): void {
    const nowMs = now();
    const againAtMs = Math.min(Math.max(parking.dueAtMs, nowMs + MIN_DEFER_MS), nowMs + MAX_PUT_BACK_MS);
    if (isHeldRecord(task)) held.putBack(task, againAtMs);
    else decide(task, parked(task, parking));
  }

  function appendOf({ configured, reason }: Extract<LookUp, { kind: 'hold' }>): Append {
    return held.append(configured, reason === 'ordered' ? undefined : reason);
  }

  /** Starts whatever may start. Decisions go first: they cost little, and each makes room in the window. */
  function pump(): void {
    while (!suspended && recorder.hasRoom()) {
      const decision = decisions.shift();
      const task = decision ? undefined : admit.next(now());
      if (decision) act(decision);
      else if (task) start(task);
      else break;
    }
    if (suspended) return;
    if (admit.queued > 0) shedTimer ??= setTimeout(shed, SHED_EVERY_MS);
    if (recorder.hasRoom()) wakeAt(admit.nextStartMs);
  }

  /** Nothing arrives and nothing ends by then, as far as is known: the time itself is what is waited for. */
  function wakeAt(startMs: number | undefined): void {
    if (startMs === undefined || startMs >= wakeAtMs) return;
    clearTimeout(wakeTimer);
    wakeAtMs = startMs;
    wakeTimer = setTimeout(
      () => {
        wakeAtMs = Infinity;
        pump();
      },
      Math.ceil(startMs - now()),
    );
  }

  function shed(): void {
    shedTimer = undefined;
    for (const { task, parking } of admit.shed(now(), busyShare())) defer(task, parking);
    pump();
  }

  function act(decision: Decision): void {
    const { record } = decision;
    if (!record.claim.isCurrent()) return;
    if (decision.kind === 'poison') {
      steps.poison(record, decision.poison);
      return;
    }
    const { task, move, ending } = decision;
    if (steps.begin(task)) {
      const keepsItsPlace = ending.instead !== undefined;
      withEvent(task, (decoded) =>
        steps.settle(task, moved(stepOf(task, decoded), move, keepsItsPlace), ending),
      );
    } else ending.append?.abandoned();
  }

  /** The turn has come. Configuration may have changed while the delivery waited, so it is looked up again. */
  function start(task: DeliveryTask): void {
    const giveTurnBack = () => admit.ended(task, undefined, now());
    const found = lookUpOf(task);
    if (!task.record.claim.isCurrent() || !steps.begin(task)) {
      giveTurnBack();
      return;
    }
    withEvent(
      task,
      (decoded) => {
        const move = found.kind === 'deliverable' ? attempt(task, found.configured, decoded) : found;
        if (!move) return;
        giveTurnBack();
        if (move.kind === 'park' && isHeldRecord(task)) {
          defer(task, move);
          steps.giveUp(task);
        } else if (move.kind !== 'hold') steps.settle(task, moved(stepOf(task, decoded), move));
        else hold(task, decoded, move);
      },
      giveTurnBack,
    );
  }

  /** Its endpoint has turned out to be held: into webhook.held with it, where it is not there already. */
  function hold(task: DeliveryTask, decoded: Decoded<PublicationEvent>, move: Hold): void {
    const append = appendOf(move);
    if (!isHeldRecord(task)) {
      steps.settle(task, moved(stepOf(task, decoded), move), { append });
      return;
    }
    append.abandoned();
    held.putBack(task, 0);
    steps.giveUp(task);
  }

  /** Render, sign, send. Gives what is to be done instead, where no request can be made. */
  function attempt(
    task: DeliveryTask,
    configured: ConfiguredEndpoint,
    decoded: Decoded<PublicationEvent>,
  ): Hold | Ended | undefined {
    const { revision } = configured;
    if (!decoded.ok) {
      const detail = `${decoded.reason}: ${decoded.detail}`;
      return { kind: 'dead', reason: 'event_undecodable', detail, revision };
    }
    const event = decoded.value;
    const { delivery } = task;
    const prepared = prepare({ delivery, configured, event, nowMs: now() });
    if (prepared.kind === 'dead' || prepared.kind === 'cancel') return prepared;
    if (prepared.kind === 'hold' && isTest(task)) return { ...prepared, kind: 'dead', reason: 'test_failed' };
    if (prepared.kind === 'hold') return { ...prepared, configured };
    const { message } = prepared;
    sender
      .send(message.request)
      .then((made) => {
        const exchange = withoutCredentials(made, message.credentials);
        conclude(stepOf(task, decoded), configured, { message, exchange, revision });
      })
      .catch(onFatal);
    return undefined;
  }

  /** Judge. What ends after its partition went to another owner is that owner's to decide. */
  function conclude(step: StepContext, configured: ConfiguredEndpoint, made: AttemptMade): void {
    const { task, nowMs } = step;
    const { record } = task;
    const { outcome, durationMs } = made.exchange;
    const reading = made.message.read(outcome, nowMs);
    const askedMs = reading.kind === 'failed' ? reading.askedMs : 0;
    admit.ended(task, { durationMs, sign: receiverSign(outcome), askedMs }, nowMs);
    const cutOff = outcome.kind === 'error' && outcome.error === 'aborted';
    if (cutOff || !record.claim.isCurrent()) {
      recorder.dispose(record, fenced(step, made), () => steps.giveUp(task));
    } else {
      const judged = judgedOf(task, configured, { outcome, reading }, nowMs);
      const ending = endingOf(task, configured, judged.verdict, { held, holds });
      const detail = detailOf(reading);
      const disposition = attempted(step, { ...made, detail }, judged, ending.instead !== undefined);
      steps.settle(task, disposition, { ...ending, ...(judged.decided && { decided: judged.decided }) });
    }
    pump();
  }

  function judgedOf(
    task: DeliveryTask,
    configured: ConfiguredEndpoint,
    { outcome, reading }: { outcome: Outcome; reading: Reading },
    nowMs: number,
  ): Judged {
    if (isTest(task)) return { verdict: judgeTest(reading) };
    const { retrySchedule } = configured.endpoint;
    const { deliveryId, step, attempts } = task.delivery;
    const verdict = judge({ reading, retrySchedule, attemptNumber: attempts + 1, deliveryId, step, nowMs });
    return health.judged(configured, { outcome, detail: detailOf(reading) }, verdict, nowMs);
  }

  function lookUpOf(task: DeliveryTask): LookUp {
    return lookUp(task, endpoints.get(task.delivery.endpointId), standing, now());
  }

  function stepOf(task: DeliveryTask, decoded: Decoded<PublicationEvent>): StepContext {
    const event = decoded.ok ? decoded.value : undefined;
    const owner = endpointOf(task.delivery.endpointId);
    return { task, event, owner, attemptId: newId(), dispatcherId, nowMs: now() };
  }

  function withoutAttempt(task: DeliveryTask, fate: 'cancel' | 'expire'): Move {
    const revision = endpoints.get(task.delivery.endpointId)?.revision ?? -1;
    if (fate === 'expire') return { kind: 'dead', reason: 'expired', revision };
    return { kind: 'cancel', reason: 'purged', revision };
  }

  function parked(task: DeliveryTask, parking: Parking): Move {
    const revision = endpoints.get(task.delivery.endpointId)?.revision ?? -1;
    return { ...parking, revision };
  }

  /**
   * Decodes the event, as a rule at once. Where that has to wait, and the partition is lost or the process ends
   * meanwhile, the step is given up and `lost` called: the record stays incomplete and is read again.
   */
  function withEvent(
    task: DeliveryTask,
    then: (decoded: Decoded<PublicationEvent>) => void,
    lost: () => void = () => {},
  ): void {
    const decoded = eventOf(task.delivery.eventId, task.record.value);
    if (decoded instanceof Promise) {
      const undo = () => {
        lost();
        steps.giveUp(task);
      };
      decoded.then((answer) => (task.record.claim.isCurrent() ? then(answer) : undo()), undo);
    } else then(decoded);
  }
}

function detailOf(reading: Reading): string | undefined {
  return reading.kind === 'accepted' ? undefined : reading.detail;
}
