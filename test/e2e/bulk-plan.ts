import { eventually } from '@herald/testkit/eventually';
import type { Receiver } from '@herald/testkit/receiver';
import { expect } from 'vitest';

interface Plan {
  plan_id: string;
  state: string;
  deliveries: number;
  sent: number;
}

/** Has everything that an endpoint has accepted sent again by a plan, which is run twice, and sees that each arrives once. */
export async function redeliverByPlan(of: {
  apiUrl: string;
  key: string;
  endpointId: string;
  receiver: Receiver;
}): Promise<void> {
  const ask = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Plan> => {
    const response = await fetch(`${of.apiUrl}/v1/bulk-plans${path}`, {
      method,
      headers: { authorization: `Bearer ${of.key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as Plan;
  };
  const filter = { endpoint_ids: [of.endpointId], states: ['delivered'] };
  const made = await ask('POST', '', { action: 'redeliver', filter });
  const path = `/${made.plan_id}`;
  const inState = (state: string) =>
    eventually(
      async () => {
        const plan = await ask('GET', path);
        expect(plan.state).toBe(state);
        return plan;
      },
      { timeoutMs: 60_000 },
    );
  const { deliveries } = await inState('ready');
  expect(deliveries).toBeGreaterThan(0);
  await Promise.all([ask('POST', `${path}/run`), ask('POST', `${path}/run`)]);
  expect(await inState('completed')).toMatchObject({ deliveries, sent: deliveries });
  await eventually(() => {
    const cause = `replay:${made.plan_id}`;
    const sent = of.receiver.requests.filter(({ headers }) => headers['herald-cause'] === cause);
    expect(sent).toHaveLength(deliveries);
  });
}
