import type { HistoryStore } from './history.ts';

export interface HistoryStoreOptions {
  /** Of ClickHouse's HTTP interface, e.g. `http://127.0.0.1:8123`. */
  url: string;
  database: string;
  username?: string;
  password?: string;
}

export declare function openHistoryStore(options: HistoryStoreOptions): HistoryStore;
