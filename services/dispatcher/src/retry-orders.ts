import type { EndpointTable } from '@herald/registry/endpoint-table';
import type { RetryOrderTable } from '@herald/registry/retry-orders';
import type { RetryOrders } from './retry-lane.ts';

/** The orders in force. One in the name of an account that the endpoint does not belong to moves nothing. */
export function ownersOrders(
  orders: Pick<RetryOrderTable, 'get' | 'onChange'>,
  endpoints: Pick<EndpointTable, 'get'>,
): RetryOrders {
  return {
    get(endpointId) {
      const order = orders.get(endpointId);
      const owner = endpoints.get(endpointId)?.endpoint.accountId;
      return owner === undefined || owner === order?.accountId ? order : undefined;
    },
    onChange: orders.onChange,
  };
}
