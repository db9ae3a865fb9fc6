import { eventually } from './eventually.ts';

/** Resolves when a dispatcher routes by the revision: an event that it routes before may miss a new endpoint. */
export async function untilConfigured(dispatcherAdminUrl: string, revision: number): Promise<void> {
  await eventually(async () => {
    const text = await (await fetch(`${dispatcherAdminUrl}/metrics`)).text();
    const applied = Number(
      /^herald_dispatcher_configuration_revision_offset\S* (\S+)$/m.exec(text)?.[1] ?? -1,
    );
    if (applied < revision)
      throw new Error(`The dispatcher has applied revision ${applied}, not ${revision}`);
  });
}
