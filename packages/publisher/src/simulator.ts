import type { EventInput } from './event-input.ts';
import { createRandom, type Random } from './random.ts';
import {
  SIMULATED_CAPTIONS,
  SIMULATED_FAILURES,
  SIMULATED_PLATFORMS,
  SIMULATED_TITLES,
  type SimulatedPlatform,
} from './simulated-platforms.ts';

/** Accounts with projects with channels, as plain data: whoever simulates can set endpoints on them first. */
export interface SimulatedAccount {
  id: string;
  projects: readonly SimulatedProject[];
}

export interface SimulatedProject {
  id: string;
  channels: readonly { id: string; type: string; name: string }[];
}

export interface WorldShape {
  accountIds: readonly string[];
  projectsPerAccount: number;
  channelsPerProject: number;
}

/** Ids say what they belong to: `<account>-p1`, `<account>-p1-instagram`, with a number from the second on. */
export function simulatedWorld(shape: WorldShape): SimulatedAccount[] {
  return shape.accountIds.map((id) => ({
    id,
    projects: Array.from({ length: shape.projectsPerAccount }, (_, index) =>
      projectOf(`${id}-p${index + 1}`, shape.channelsPerProject),
    ),
  }));
}

function projectOf(id: string, channels: number): SimulatedProject {
  return {
    id,
    channels: Array.from({ length: channels }, (_, index) => {
      const { type } = platformAt(index);
      const round = Math.floor(index / SIMULATED_PLATFORMS.length);
      const name = round === 0 ? type : `${type}-${round + 1}`;
      return { id: `${id}-${name}`, type, name: `${id} on ${name}` };
    }),
  };
}

function platformAt(index: number): SimulatedPlatform {
  return SIMULATED_PLATFORMS[index % SIMULATED_PLATFORMS.length] as SimulatedPlatform;
}

export interface SimulationOptions {
  /**
   * The same seed gives the same events, ids included: a second run with it publishes the same events again, as a
   * producer does that repeats itself after a crash. Take a new seed for new events.
   */
  seed: number;
  accounts: readonly SimulatedAccount[];
  /** Time of each event, epoch milliseconds. */
  now: () => number;
}

/** Shares of what happens next, where there is a post that it can happen to. */
const DELETED_SHARE = 0.08;
const RECOVERED_SHARE = 0.05;
const FAILED_SHARE = 0.12;
/** Posts that can still be deleted, or published after a failure; older ones are left as they are. */
const MAX_REMEMBERED_POSTS = 500;

/** A post, from which each of its events is made. */
type Post = Pick<
  EventInput,
  'account_id' | 'project_id' | 'publication_id' | 'channel' | 'content' | 'user_email' | 'metadata'
> & { profile_username: string };

/** Endless and lazy. Posts are published or fail; some of the failed are published later, some of the published deleted. */
export function* simulateEvents(options: SimulationOptions): Generator<SimulatedEvent, never> {
  const { accounts, now } = options;
  const random = createRandom(options.seed);
  const published: { post: Post; postId: string }[] = [];
  const failed: Post[] = [];

  for (;;) {
    const base = { event_id: random.uuid(), occurred_at: new Date(now()).toISOString() };
    const share = random.next();
    if (share < DELETED_SHARE && published.length > 0) {
      const { post, postId } = takeAny(published, random);
      yield {
        ...base,
        ...post,
        event_type: 'publication.deleted',
        status_code: 200,
        result: { post_id: postId },
      };
    } else if (share > 1 - FAILED_SHARE) {
      const post = newPost(accounts, random);
      remember(failed, post);
      yield { ...base, ...post, event_type: 'publication.failed', ...random.pick(SIMULATED_FAILURES) };
    } else {
      const recovers = share > 1 - FAILED_SHARE - RECOVERED_SHARE && failed.length > 0;
      const post = recovers ? takeAny(failed, random) : newPost(accounts, random);
      const postId = platformOf(post).postId(random);
      remember(published, { post, postId });
      yield {
        ...base,
        ...post,
        event_type: 'publication.published',
        status_code: 200,
        result: {
          url: platformOf(post).postUrl(postId, post.profile_username),
          publish_id: `pub_${random.text('0123456789abcdef', 16)}`,
          post_id: postId,
        },
      };
    }
  }
}

/** An event that has its id already. */
export type SimulatedEvent = EventInput & { event_id: string };

function newPost(accounts: readonly SimulatedAccount[], random: Random): Post {
  const account = random.pick(accounts);
  const project = random.pick(account.projects);
  const channel = random.pick(project.channels);
  const mediaType = random.pick(platformOf({ channel }).media);
  const profile = `${random.pick(['studio', 'kitchen', 'trail', 'atelier', 'corner'])}.${random.text('abcdefghijkmnpqrstuvwxyz', 4)}`;
  const extension = mediaType === 'video' ? 'mp4' : 'jpg';
  return {
    account_id: account.id,
    project_id: project.id,
    publication_id: `post_${random.text('0123456789abcdef', 20)}`,
    channel,
    content: {
      media_type: mediaType,
      title: mediaType === 'text' ? null : random.pick(SIMULATED_TITLES),
      caption: random.chance(0.9) ? random.pick(SIMULATED_CAPTIONS) : null,
      media_urls:
        mediaType === 'text'
          ? []
          : [`https://media.example.com/${project.id}/${random.text('0123456789abcdef', 12)}.${extension}`],
    },
    user_email: `${profile}@example.com`,
    profile_username: profile,
    metadata: random.chance(0.5) ? { campaign: random.pick(['spring', 'always-on', 'launch']) } : {},
  };
}

function platformOf({ channel }: Pick<Post, 'channel'>): SimulatedPlatform {
  return SIMULATED_PLATFORMS.find(({ type }) => type === channel.type) ?? platformAt(0);
}

function takeAny<T>(items: T[], random: Random): T {
  return items.splice(random.below(items.length), 1)[0] as T;
}

function remember<T>(items: T[], item: T): void {
  if (items.length >= MAX_REMEMBERED_POSTS) items.shift();
  items.push(item);
}
