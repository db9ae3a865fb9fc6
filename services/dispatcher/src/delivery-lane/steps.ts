import type { LaneRecord } from '@herald/kafka/record';
import type { Poison } from '../poison.ts';
import { createUnderway } from '../underway.ts';
import type { Disposition } from './disposition.ts';
import type { Ending } from './ending.ts';
import type { Recorder } from './recorder.ts';
import type { DeliveryTask } from './task.ts';
import { createTwinFence } from './twin-fence.ts';

/** Steps that the fence remembers. Twins return within seconds of each other, these are many times as much. */
const FENCED_STEPS = 100_000;

/** The steps under way: each begins once, though its record may be there twice, and ends on record or not at all. */
export interface Steps {
  /** False where a twin has taken this step, or is about to. */
  begin(task: DeliveryTask): boolean;
  /** Record, then complete; what was decided about the endpoint goes on record in between. */
  settle(task: DeliveryTask, disposition: Disposition, ending?: Ending): void;
  /** The step was begun and is not ours to take: its twins here, if they are, may take it. */
  giveUp(task: DeliveryTask): void;
  poison(record: LaneRecord, poison: Poison): void;
  /** Resolves when none is under way. */
  drained(): Promise<void>;
}

export interface StepsOptions {
  recorder: Recorder;
  complete: (record: LaneRecord) => void;
  onTwinDropped: () => void;
  onEnded: () => void;
  /** A delivery that was set aside is to be looked at again. */
  again: (task: DeliveryTask) => void;
  onFatal: (error: Error) => void;
}

export function createSteps(options: StepsOptions): Steps {
  const { recorder, complete, onTwinDropped, onEnded, again, onFatal } = options;
  const fence = createTwinFence<DeliveryTask>(FENCED_STEPS);
  const underway = createUnderway();

  return {
    begin(task) {
      const entered = fence.enter(task.delivery.deliveryId, task.delivery.step, task);
      if (entered === 'first') underway.begin();
      if (entered === 'disposed') drop(task);
      return entered === 'first';
    },

    settle(task, disposition, ending = {}) {
      const { append, decided, instead } = ending;
      const { deliveryId, step } = task.delivery;
      const end = () => {
        if (instead) instead();
        else complete(task.record);
        for (const twin of fence.settle(deliveryId, step)) drop(twin);
        ended();
      };
      recorder.dispose(task.record, disposition, () => {
        if (!task.record.claim.isCurrent()) {
          decided?.withdraw();
          end();
        } else if (decided) {
          decided.persist().then(append ? () => append.acknowledged(end) : end, onFatal);
        } else if (append) append.acknowledged(end);
        else end();
      });
    },

    giveUp(task) {
      for (const twin of fence.release(task.delivery.deliveryId, task.delivery.step)) again(twin);
      ended();
    },

    poison(record, poison) {
      underway.begin();
      recorder.poison(record, poison, () => {
        complete(record);
        ended();
      });
    },

    drained: underway.drained,
  };

  function drop(twin: DeliveryTask): void {
    onTwinDropped();
    complete(twin.record);
  }

  function ended(): void {
    underway.end();
    onEnded();
  }
}
