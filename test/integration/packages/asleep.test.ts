import { expect, test } from 'vitest';
import { createClient, type Environment } from '../../../packages/client/src/index.ts';
import { ADA, logOf, prompt } from '../../support/guide-page.ts';
import type { ManualClock } from '../../support/manual-clock.ts';
import { bootManualGateway } from '../../support/manual-gateway.ts';

/** Timers above this are those of tokens, which go by the clock of the test. Pauses between tries are shorter. */
const LONG_MS = 60_000;

/** Where a client runs: while its lid is closed, neither timers nor requests go on. What has come due does when it is opened. */
function createLaptop(clock: ManualClock) {
  let awake = Promise.withResolvers<void>();
  awake.resolve();
  const paths: string[] = [];
  const environment: Partial<Environment> = {
    now: clock.now,
    after(delayMs, task) {
      let isCancelled = false;
      const run = (): void => void awake.promise.then(() => isCancelled || task());
      const handle = delayMs > LONG_MS ? clock.after(delayMs, run) : undefined;
      const timeout = handle === undefined ? setTimeout(run, delayMs / 10) : undefined;
      return {
        cancel() {
          isCancelled = true;
          handle?.cancel();
          clearTimeout(timeout);
        },
      };
    },
    async fetch(input, init) {
      await awake.promise;
      paths.push(new URL(String(input)).pathname);
      return globalThis.fetch(input, init);
    },
  };
  return {
    environment,
    closeLid() {
      awake = Promise.withResolvers();
    },
    openLid: () => awake.resolve(),
    count: (path: string) => paths.filter((one) => one === path).length,
  };
}

test('a laptop that slept past the end of its token: one refresh, and the feed goes on where it was', async () => {
  await using running = await bootManualGateway({ script: { endless: true, queueMs: 0 } });
  const { gateway, clock } = running;
  const laptop = createLaptop(clock);
  const ada = await gateway.signUpWithCredential(ADA.email);
  const id = await ada.deploy(await ada.createTask());
  const client = createClient({
    url: gateway.url,
    auth: { kind: 'token' },
    environment: laptop.environment,
  });
  await client.session.signIn(ADA);
  const leaving = new AbortController();
  const seen: string[] = [];
  const follow = async (): Promise<void> => {
    for await (const { cursor } of client.follow(id, { after: '0', signal: leaving.signal }))
      seen.push(cursor);
  };
  const end = follow().catch(({ message }: Error) => message);
  await expect.poll(() => seen).toEqual(await logOf(ada, id));

  laptop.closeLid();
  await running.advance(3_600_000);
  await expect.poll(() => client.connection.state()).toBe('LOST');
  await ada.signIn(ADA.email);
  await prompt(ada, id);
  const before = [...seen];
  laptop.openLid();

  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(await logOf(ada, id));
  expect(seen.length).toBeGreaterThan(before.length);
  expect(laptop.count('/v1/auth/refresh')).toBe(1);
  leaving.abort(new Error('left'));
  expect(await end).toBe('left');
  client.close();
});
