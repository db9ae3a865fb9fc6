import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FetchAsk, type FetchPosition, FetchSession } from './fetch-session.ts';

const at = (partition: number, position: number, topic = 'events'): FetchPosition => ({
  topic,
  partition,
  position,
});
const opened = (session: FetchSession, ...wanted: FetchPosition[]) => {
  session.next(wanted);
  session.answered({ errorCode: 0, sessionId: 7 });
  return session;
};

describe('a fetch session', () => {
  test('names all in its first fetch, and then what has changed', () => {
    const session = new FetchSession();
    expect(session.next([at(0, 5), at(1, 6)])).toMatchObject({ sessionId: 0, epoch: 0, forgotten: [] });
    expect(session.answered({ errorCode: 0, sessionId: 7 })).toBe(true);
    const second = session.next([at(0, 5), at(1, 9), at(0, 1, 'routes')]);
    expect(second).toEqual({
      sessionId: 7,
      epoch: 1,
      positions: [at(1, 9), at(0, 1, 'routes')],
      forgotten: [],
    });
    session.answered({ errorCode: 0, sessionId: 7 });
    expect(session.next([at(1, 9)])).toEqual({
      sessionId: 7,
      epoch: 2,
      positions: [],
      forgotten: [at(0, 5), at(0, 1, 'routes')],
    });
  });

  test('is opened anew, with all, when the broker has forgotten it, and has closed it where its epoch is wrong', () => {
    for (const [errorCode, sessionId] of [
      [70, 0],
      [71, 7],
    ] as const) {
      const session = opened(new FetchSession(), at(0, 5));
      session.next([at(0, 5)]);
      expect(session.answered({ errorCode, sessionId: 0 })).toBe(false);
      expect(session.next([at(0, 5)])).toMatchObject({ sessionId, epoch: 0, positions: [at(0, 5)] });
    }
  });

  test('is opened anew after a fetch without an answer', () => {
    const session = opened(new FetchSession(), at(0, 5));
    session.next([at(0, 8)]);
    session.failed();
    expect(session.next([at(0, 8)])).toMatchObject({ sessionId: 7, epoch: 0, positions: [at(0, 8)] });
  });

  test('a broker without room for it is asked for all each time, beginning with another partition', () => {
    const session = new FetchSession();
    const firsts = [0, 1, 2, 3].map(() => {
      const { epoch, positions } = session.next([at(0, 1), at(1, 1), at(2, 1)]);
      expect(epoch).toBe(0);
      expect(positions).toHaveLength(3);
      session.answered({ errorCode: 0, sessionId: 0 });
      return positions[0]!.partition;
    });
    expect(new Set(firsts).size).toBe(3);
  });

  test('whatever is wanted, answered and lost, the broker asks its log for just what is wanted', () => {
    const partition = fc.record({
      topic: fc.constantFrom('a', 'b'),
      partition: fc.nat(3),
      position: fc.nat(3),
    });
    const turn = fc.record({
      wanted: fc.uniqueArray(partition, { selector: (one) => `${one.topic}:${one.partition}` }),
      fate: fc.constantFrom('answered', 'answered', 'answered', 'lost', 'unheard', 'forgotten'),
    });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 30 }), (turns) => {
        const session = new FetchSession();
        const broker = new ModelBroker();
        for (const { wanted, fate } of turns) {
          if (fate === 'forgotten') broker.restart();
          const ask = session.next(wanted);
          for (const { topic, partition: p, position } of wanted) {
            expect(session.positionOf(topic, p)).toBe(position);
          }
          if (fate === 'unheard') {
            session.failed();
            continue;
          }
          const answer = broker.ask(ask);
          if (fate === 'lost') session.failed();
          else if (session.answered(answer)) expect(broker.asked()).toEqual(sorted(wanted));
        }
      }),
    );
  });
});

const key = ({ topic, partition }: { topic: string; partition: number }) => `${topic}:${partition}`;
const sorted = (positions: readonly FetchPosition[]) =>
  positions.map((one) => [key(one), one.position]).sort();

/** As KIP-227 has it, with room for one session. */
class ModelBroker {
  #session: { id: number; epoch: number; asked: Map<string, number> } | undefined;
  #ids = 0;

  restart(): void {
    this.#session = undefined;
  }

  ask({ sessionId, epoch, positions, forgotten }: FetchAsk): { errorCode: number; sessionId: number } {
    if (epoch === 0) {
      this.#ids += 1;
      this.#session = { id: this.#ids, epoch: 0, asked: new Map() };
    } else if (this.#session?.id !== sessionId) return { errorCode: 70, sessionId: 0 };
    else if (this.#session.epoch + 1 !== epoch) return { errorCode: 71, sessionId: 0 };
    const session = this.#session!;
    session.epoch = epoch;
    for (const one of forgotten) session.asked.delete(key(one));
    for (const one of positions) session.asked.set(key(one), one.position);
    return { errorCode: 0, sessionId: session.id };
  }

  asked(): unknown {
    return [...this.#session!.asked].sort();
  }
}
