import Fastify, { type FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { problemResponses } from './problem-details.ts';
import { shutdown } from './shutdown.ts';

async function setUp() {
  const draining = new AbortController();
  const cut = new AbortController();
  const app: FastifyInstance = Fastify();
  await app.register(shutdown, { draining: draining.signal, cut: cut.signal, clock: createManualClock() });
  await app.register(problemResponses);
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<object>();
  for (const [method, url, requiresToken] of [
    ['GET', '/read', true],
    ['POST', '/create', true],
    ['POST', '/sign-in', false],
  ] as const) {
    app.route({
      method,
      url,
      config: { requiresToken },
      handler: () => {
        started.resolve();
        return finish.promise;
      },
    });
  }
  app.get('/quick', async () => ({}));
  return { app, draining, cut, started: started.promise, finish };
}

test.each([
  ['GET', '/read', 503, 'UNAVAILABLE'],
  ['POST', '/create', 502, 'OUTCOME_UNKNOWN'],
  ['POST', '/sign-in', 503, 'UNAVAILABLE'],
] as const)(
  'a cut answers %s %s with %i %s; its own answer comes too late',
  async (method, url, status, code) => {
    const { app, draining, cut, started, finish } = await setUp();
    const answer = app.inject({ method, url });
    await started;
    draining.abort();
    cut.abort();
    const response = await answer;
    expect([response.statusCode, response.json().code, response.headers.connection]).toEqual([
      status,
      code,
      'close',
    ]);
    expect(response.headers['retry-after']).toBe('1');
    finish.resolve({});
    await app.close();
  },
);

test('answers close their connection once the process drains, also those begun before', async () => {
  const { app, draining, started, finish } = await setUp();
  expect((await app.inject('/quick')).headers.connection).toBe('keep-alive');
  const before = app.inject('/read');
  await started;
  draining.abort();
  finish.resolve({});
  expect((await before).headers.connection).toBe('close');
  expect((await app.inject('/quick')).headers.connection).toBe('close');
  expect((await app.inject('/none')).headers.connection).toBe('close');
  await app.close();
});
