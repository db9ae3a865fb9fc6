/** Live deliveries go before backfill, within an endpoint and among endpoints. */
export const PRIORITIES = ['live', 'backfill'] as const;

export type Priority = (typeof PRIORITIES)[number];
