/** What the npm package offers. Herald itself imports the files. */
export type { EventInput } from './event-input.ts';
export type { FieldProblem } from './parse-event.ts';
export {
  PublishError,
  type PublishFailure,
  type RefusedEvent,
  type UnwritableEvent,
} from './publish-error.ts';
export type { Published } from './published.ts';
export { createPublisher, type Publisher, type PublisherOptions, type PublishOptions } from './publisher.ts';
