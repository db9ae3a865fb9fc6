import { z } from 'zod';
import { integer, variable } from '../src/config.ts';
import { kafkaConfig, serviceConfig } from '../src/config-fragments.ts';
import { runService } from '../src/service.ts';

/** A service for the life cycle's tests: what goes wrong in it, and how long its work takes, is configuration. */
await runService({
  name: 'tiny',
  config: z.object({
    ...serviceConfig,
    ...kafkaConfig,
    TINY_FAILS_BY: variable(z.enum(['rejection', 'exception', 'start', 'fatal', 'stop']).optional(), {
      expects: 'a way to fail',
      example: 'rejection',
    }),
    TINY_DRAIN_MS: variable(integer({ min: 0, max: 60_000 }).default(0), {
      expects: 'milliseconds that its work takes to end',
      example: '100',
    }),
  }),
  async start({ config, log, fatal, readiness }) {
    const fails = config.TINY_FAILS_BY;
    if (fails === 'start') throw new Error('the broker refused');
    if (fails === 'rejection') setImmediate(() => void Promise.reject(new Error('nobody waits for this')));
    if (fails === 'exception')
      setImmediate(() => {
        throw new Error('thrown from a callback');
      });
    if (fails === 'fatal') setImmediate(fatal, new Error('the lane is dead'));
    readiness.add('spell', () => process.env.TINY_SPELL !== 'wrong' || 'the spell is wrong');
    return {
      announce: { workUrl: 'http://127.0.0.1:1' },
      async stop(deadline) {
        if (fails === 'stop') throw new Error('the flush failed');
        await deadline.step(
          'finish the work',
          () => new Promise((done) => setTimeout(done, config.TINY_DRAIN_MS)),
        );
        log.info('the work is finished');
      },
    };
  },
});
