import { createReceiver, type Received, type Receiver } from '@herald/testkit/receiver';
import { Webhook } from 'standardwebhooks';
import { herald } from './herald.ts';
import { PARTS, type Part } from './scenario.ts';

/** A part of the scenario, on stage: its receiver and the endpoint that Herald knows. */
export interface Player {
  part: Part;
  endpointId: string;
  /** Of its configuration. */
  revision: number;
  receiver: Receiver;
}

export interface Cast {
  players: readonly Player[];
  /** Messages whose signature npm's standardwebhooks did not accept. */
  readonly refusedSignatures: number;
  close(): Promise<void>;
}

/** Opens a receiver for each part, and creates its endpoint through the API. */
export async function openCast(projectId: string, env: NodeJS.ProcessEnv): Promise<Cast> {
  let refusedSignatures = 0;
  const verifyWith = (secret: string) => {
    const webhook = new Webhook(secret);
    return ({ body, headers }: Received) => {
      try {
        webhook.verify(body, headers as Record<string, string>, { jsonParse: false });
        return true;
      } catch {
        refusedSignatures += 1;
        return false;
      }
    };
  };

  const players = await Promise.all(
    PARTS.map(async (part): Promise<Player> => {
      const receiver = await createReceiver({ behaviour: part.behaviour });
      const added = await addEndpoint(part, receiver.url, projectId, env);
      receiver.verifyWith(verifyWith(added.secret));
      if (part.downForMs !== undefined) await receiver.goDown();
      return { part, endpointId: added.endpoint_id, revision: added.revision, receiver };
    }),
  );
  return {
    players,
    get refusedSignatures() {
      return refusedSignatures;
    },
    async close() {
      await Promise.all(players.map(({ receiver }) => receiver.close()));
    },
  };
}

function addEndpoint(part: Part, url: string, projectId: string, env: NodeJS.ProcessEnv) {
  const types = part.eventTypes.length > 0 ? ['--types', part.eventTypes.join(',')] : [];
  return herald<{ endpoint_id: string; secret: string; revision: number }>(
    [
      'endpoints',
      'add',
      '--project',
      projectId,
      '--name',
      part.name,
      '--url',
      `${url}/${part.name}`,
      '--retry',
      part.retrySchedule.join(','),
      ...types,
    ],
    env,
  );
}
