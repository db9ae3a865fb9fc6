import type { DeliveryQuery, PageQuery } from '../history.ts';
import { allOf, type Condition, type Conditions } from './conditions.ts';
import type { Settings } from './settings.ts';
import { isState, LEAST_DECIDED } from './standing.ts';
import { typeOf } from './types-of.ts';

/** A filter over deliveries, as the search for them takes it. */
export interface DeliveryFilter {
  /** Where candidates are looked for; what became of a delivery is only in `deliveries` for certain. */
  candidatesIn: 'deliveries' | 'troubles';
  /** Of every row of a delivery: what never changes, and of the rest what is found the soonest. */
  ofRow: Conditions;
  /** Of a delivery whose rows are taken together; undefined where the row has decided. */
  ofDelivery: Conditions | undefined;
  /** Whether it asks what became of a delivery: a row that is found by it tells but a part of that. */
  asksWhatBecame: boolean;
  /** What it asks of the event of a delivery, and of an attempt, as far as their tables can tell. */
  ofEvent: Conditions;
  ofAttempt: Conditions;
  /** Whether its event decides alone: nothing is asked of where it went to, nor of what became of it. */
  isOfEvent: boolean;
  /** Whether indexes find the few matches wherever they are. */
  isByIndex: boolean;
  /** What candidates are looked for under. */
  settings: Settings;
}

/** An index of a type with what it is of leaves nothing to those of either, and each costs as much to ask. */
const ONLY_TYPES_OF: Settings = { ignore_data_skipping_indices: "'types, projects, channels, endpoints'" };

export function filterOf(query: Omit<DeliveryQuery, keyof PageQuery>): DeliveryFilter {
  const ofBoth: Condition[] = [
    ['project_id = {project:String}', 'project', query.projectId],
    ['channel_id = {channel:String}', 'channel', query.channelId],
    ['event_type = {type:String}', 'type', query.eventType],
    ["occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', query.toMs],
  ];
  const ofEvent: Condition[] = [
    ...ofBoth,
    ['publication_id = {publication:String}', 'publication', query.publicationId],
    ['event_id = {event:String}', 'event', query.eventId],
  ];
  const toEndpoint: Condition = ['endpoint_id = {endpoint:String}', 'endpoint', query.endpointId];
  const changing = changingOf(query);
  const [rarest] = changing;
  const candidatesIn = rarest?.isTrouble ? 'troubles' : 'deliveries';
  const of = { project: query.projectId, channel: query.channelId, endpoint: query.endpointId };
  const byType = candidatesIn === 'deliveries' ? typeOf('deliveries', query.eventType, of) : [];
  return {
    candidatesIn,
    ofRow: allOf([...ofEvent, toEndpoint, ...byType, ...(rarest ? rarest.ofRow : [])]),
    ofDelivery: needsAllRows(changing) ? allOf(changing.map(({ ofDelivery }) => ofDelivery)) : undefined,
    asksWhatBecame: rarest !== undefined,
    ofEvent: allOf(ofEvent),
    ofAttempt: allOf([...ofBoth, toEndpoint]),
    isOfEvent: changing.length === 0 && query.endpointId === undefined,
    isByIndex: query.publicationId !== undefined || query.eventId !== undefined,
    settings: byType.length > 0 ? ONLY_TYPES_OF : {},
  };
}

/**
 * What the days of a delivery add to. A delivery can match by one row's state and another's status, so only one of
 * these is asked of rows, and all of them of the delivery.
 */
interface Changing {
  ofRow: readonly Condition[];
  ofDelivery: Condition;
  /** Whether what a row shows may be so no longer, as a state that was left; what was answered once stays so. */
  isPassing: boolean;
  /** Whether every delivery that it is true of has a row among the troubles. */
  isTrouble: boolean;
}

function needsAllRows(changing: readonly Changing[]): boolean {
  return changing.length > 1 || changing.some(({ isPassing }) => isPassing);
}

/** The rarest first, as far as that can be told: most deliveries are delivered, few are in any other state. */
function changingOf({
  state,
  status,
  outcome,
}: Pick<DeliveryQuery, 'state' | 'status' | 'outcome'>): Changing[] {
  const states: Changing[] =
    state === undefined
      ? []
      : [
          {
            ofRow: [
              [isState('standing', state), 'state', state],
              // By which the index finds it.
              [`standing < ${LEAST_DECIDED}`, 'state', state === 'pending' ? state : undefined],
            ],
            ofDelivery: [isState('max(standing)', state), 'state', state],
            // Nothing has a higher rank: what is delivered stays so.
            isPassing: state !== 'delivered',
            isTrouble: state !== 'pending' && state !== 'delivered',
          },
        ];
  const requests = [
    ...(status === undefined
      ? []
      : [everSo('has(statuses, {status:UInt16})', 'status', status, !isSuccess(status))]),
    ...(outcome === undefined
      ? []
      : [
          everSo(
            outcome === 'response' ? 'notEmpty(statuses)' : 'has(errors, {outcome:String})',
            'outcome',
            outcome,
            outcome !== 'response',
          ),
        ]),
  ];
  return state === 'delivered' ? [...requests, ...states] : [...states, ...requests];
}

function everSo(sql: string, name: string, value: string | number, isTrouble: boolean): Changing {
  return {
    ofRow: [[sql, name, value]],
    ofDelivery: [`max(${sql})`, name, value],
    isPassing: false,
    isTrouble,
  };
}

/** A status from 200 to 299, or all of these. */
function isSuccess(status: number): boolean {
  return status === 2 || Math.floor(status / 100) === 2;
}
