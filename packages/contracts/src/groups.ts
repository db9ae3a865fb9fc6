/** Consumer groups that more than one service has to know. */
export const GROUPS = {
  /** Of the log lanes: what it has committed is in ClickHouse. */
  log: 'herald.log',
} as const;
