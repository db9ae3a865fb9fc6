/** What has been due for so long without a disposition is lost, or its dispatcher is away: the ledger's bound. */
export const OVERDUE_MS = 5 * 60_000;
