import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';

export interface ClickHouseOptions {
  /** Of ClickHouse's HTTP interface, e.g. `http://127.0.0.1:8123`. */
  url: string;
  database: string;
  username?: string;
  password?: string;
}

/** Servers close an idle connection after 3 s (old ones), 10 or 30 s: ours must be gone first, or a request meets a reset. */
const IDLE_SOCKET_TTL_MS = 2_500;

export const REQUEST_TIMEOUT_MS = 120_000;

export interface ClientSettings {
  maxConnections: number;
  settings: ClickHouseSettings;
  /** Of one answer; Node's own bound is 16 KiB. */
  maxHeaderBytes?: number;
}

export function connectClickHouse(
  options: ClickHouseOptions,
  { maxConnections, settings, maxHeaderBytes }: ClientSettings,
): ClickHouseClient {
  return createClient({
    url: options.url,
    database: options.database,
    username: options.username ?? 'default',
    password: options.password ?? '',
    application: 'herald',
    // Its errors reach the caller; on the console they would break the service's JSON lines.
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: maxConnections,
    ...(maxHeaderBytes !== undefined && { max_response_headers_size: maxHeaderBytes }),
    // In the body of a request from 4 KiB on: a URL may be cut, or refused, by whatever is on the way.
    use_multipart_params_auto: true,
    keep_alive: {
      enabled: true,
      idle_socket_ttl: IDLE_SOCKET_TTL_MS,
      eagerly_destroy_stale_sockets: true,
    },
    clickhouse_settings: settings,
  });
}
