import { events } from './0001-events.ts';
import { routes } from './0002-routes.ts';
import { attempts } from './0003-attempts.ts';
import { poison } from './0004-poison.ts';
import { moments } from './0005-moments.ts';
import { ledger } from './0006-ledger.ts';
import { deliveries } from './0007-deliveries.ts';
import { words } from './0008-words.ts';
import { erased } from './0009-erased.ts';
import { times } from './0010-times.ts';
import { phases } from './0011-phases.ts';
import { audit } from './0012-audit.ts';
import { deliveryDays, replacedByDays } from './0013-delivery-days.ts';
import { widerMerges } from './0014-wider-merges.ts';
import { lookups } from './0015-lookups.ts';
import { wholeAnswers } from './0016-whole-answers.ts';
import { smallBlocks } from './0017-small-blocks.ts';
import { wholeEvents } from './0018-whole-events.ts';
import { twins } from './0019-twins.ts';
import { typesOf } from './0020-types-of.ts';
import { packedMoments } from './0021-packed-moments.ts';
import { deaths } from './0022-deaths.ts';
import type { Migration } from './migration.ts';

/** In order of their numbers. */
export const MIGRATIONS: readonly Migration[] = [
  events,
  routes,
  attempts,
  poison,
  moments,
  ledger,
  deliveries,
  words,
  erased,
  times,
  phases,
  audit,
  deliveryDays,
  widerMerges,
  lookups,
  wholeAnswers,
  smallBlocks,
  wholeEvents,
  twins,
  typesOf,
  packedMoments,
  deaths,
];

/** Drops what a migration has made and a later one has replaced: these names are not to be used again. */
export const GONE: readonly string[] = replacedByDays;
