/**
 * A step from one shape of the tables to the next. Its statements run in order, without a transaction and perhaps
 * by two processes at once, so each must do no harm when it runs again (`IF NOT EXISTS`, `IF EXISTS`, inserts of
 * idempotent rows). Once released it is never edited: what is to change comes as the next number.
 */
export interface Migration {
  /** From 1, without gaps. */
  version: number;
  name: string;
  statements: readonly string[];
}
