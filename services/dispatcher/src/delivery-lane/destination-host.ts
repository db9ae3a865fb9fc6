import type { EndpointTable } from '@herald/registry/endpoint-table';

/** The host and port of an endpoint's URL: what the endpoints of Telegram, Slack or one customer's server share. */
export function createHostOf(
  endpoints: Pick<EndpointTable, 'get'>,
  telegramApiUrl: string,
): (endpointId: string) => string {
  const hosts = new WeakMap<object, string>();
  return (endpointId) => {
    const endpoint = endpoints.get(endpointId)?.endpoint;
    // No request is made to an endpoint that was deleted or whose URL cannot be read: it shares with nobody.
    if (!endpoint) return endpointId;
    const known = hosts.get(endpoint);
    if (known !== undefined) return known;
    const url = endpoint.kind === 'telegram' ? telegramApiUrl : endpoint.url;
    const host = URL.parse(url)?.host ?? endpointId;
    hosts.set(endpoint, host);
    return host;
  };
}
