import type { Endpoint, EndpointKind } from '@herald/domain/endpoint';
import { redactedUrl } from '@herald/webhook/redaction';
import type { Mistake } from '../http/invalid.ts';
import type { CheckDestination } from './destination.ts';

/** Where messages are to go, as a request says it: what its kind has of these. */
export interface AskedDestination {
  kind: EndpointKind;
  url?: string | undefined;
  chat_id?: string | undefined;
  token?: string | null | undefined;
}

export interface DestinationRules {
  checkDestination: CheckDestination;
  /** Whether this installation has a bot of its own. */
  hasTelegramBot: boolean;
}

/** Says why nothing could be sent there; undefined where it may be saved. */
export async function destinationMistake(
  asked: AskedDestination,
  { checkDestination, hasTelegramBot }: DestinationRules,
): Promise<Mistake | undefined> {
  if (asked.kind === 'telegram') return asked.token === null && !hasTelegramBot ? NO_BOT : undefined;
  const mistake = asked.url === undefined ? undefined : await checkDestination(asked.url);
  if (mistake && asked.kind === 'slack') delete mistake.value;
  return mistake;
}

const NO_BOT: Mistake = {
  in: 'body',
  field: 'token',
  problem: 'it is missing, and this installation has no bot of its own',
  remedy: 'Expected: the token of your bot, as @BotFather gave it.',
};

/** Sealed for one endpoint. */
export type Seal = (credential: string) => Uint8Array;

/** What of an endpoint says where its messages go. Parts that a change does not name stay as `current` has them. */
export function destinationOf(
  asked: AskedDestination,
  seal: Seal,
  current: Pick<Endpoint, 'url' | 'telegram' | 'slack'> = { url: '' },
): Pick<Endpoint, 'url' | 'telegram' | 'slack'> {
  const { kind, url = current.url, chat_id, token } = asked;
  switch (kind) {
    case 'webhook':
      return { url };
    case 'slack':
      if (asked.url === undefined) return { url, slack: current.slack };
      return { url: redactedUrl({ kind, url }), slack: { sealedUrl: seal(url) } };
    case 'telegram': {
      const chatId = chat_id ?? current.telegram?.chatId ?? '';
      const kept = token === undefined ? current.telegram?.sealedToken : undefined;
      return { url, telegram: { chatId, sealedToken: token ? seal(token) : kept } };
    }
  }
}

/** Fields of a change that not every kind has. */
const KINDS_WITH = {
  url: ['webhook', 'slack'],
  format: ['webhook'],
  headers: ['webhook'],
  chat_id: ['telegram'],
  token: ['telegram'],
} as const satisfies Readonly<Record<string, readonly EndpointKind[]>>;

/** What a change names that an endpoint of this kind does not have. A token is not repeated, nor is a URL. */
export function foreignFields(kind: EndpointKind, patch: object): Mistake[] {
  return Object.entries(KINDS_WITH).flatMap(([field, kinds]: [string, readonly EndpointKind[]]) => {
    const value = (patch as Record<string, unknown>)[field];
    if (value === undefined || kinds.includes(kind)) return [];
    const isShown = field !== 'token' && field !== 'url';
    return {
      in: 'body' as const,
      field,
      ...(isShown && { value: JSON.stringify(value).slice(0, 200) }),
      problem: `an endpoint of kind ${kind} has none`,
      remedy: `Leave it out: it is of ${kinds.join(' and ')}. The kind of an endpoint does not change; create another.`,
    };
  });
}
