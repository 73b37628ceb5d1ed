import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createShutdown, type ShutdownOptions } from './shutdown.ts';

function setUp(options: Partial<ShutdownOptions> = {}) {
  const clock = createManualClock();
  const startMs = clock.now();
  const log: string[] = [];
  const note = (text: string): void => void log.push(`${(clock.now() - startMs) / 1_000} ${text}`);
  const step = (name: string) => async () => note(name);
  const line = (_fields: object, message: string): void => void log.push(message);
  const signal = createShutdown({
    announce: () => note('announce'),
    finish: step('finish'),
    cut: step('cut'),
    release: step('release'),
    drainDelayMs: 0,
    timeoutMs: 25_000,
    clock,
    logger: { debug: line, info: () => undefined, warn: () => undefined, error: line },
    exit: (code) => note(`exit ${code}`),
    ...options,
  });
  return { clock, log, signal };
}

const never = () => new Promise<never>(() => undefined);

test('without a delay all steps follow at once', async () => {
  const { clock, log, signal } = setUp();
  signal('SIGTERM');
  await clock.advance(0);
  expect(log).toEqual(['0 announce', '0 finish', '0 release', '0 exit 0']);
});

test('the port closes after the delay', async () => {
  const { clock, log, signal } = setUp({ drainDelayMs: 5_000 });
  signal('SIGTERM');
  await clock.advance(4_999);
  expect(log).toEqual(['0 announce']);
  await clock.advance(1);
  expect(log).toEqual(['0 announce', '5 finish', '5 release', '5 exit 0']);
});

test('a signal within a second is the same one; a later one skips the delay', async () => {
  const { clock, log, signal } = setUp({ drainDelayMs: 5_000 });
  signal('SIGINT');
  signal('SIGINT');
  await clock.advance(999);
  signal('SIGTERM');
  await clock.advance(1_001);
  expect(log).toEqual(['0 announce']);
  signal('SIGINT');
  await clock.advance(0);
  expect(log).toEqual(['0 announce', '2 finish', '2 release', '2 exit 0']);
});

test('requests are waited for until shortly before the timeout, then cut', async () => {
  const { clock, log, signal } = setUp({ drainDelayMs: 5_000, finish: never });
  signal('SIGTERM');
  await clock.advance(25_000);
  expect(log.slice(0, 4)).toEqual(['0 announce', '22 cut', '22 release', '22 exit 0']);
});

test('each further signal ends one wait, and the one after the last exits with 1', async () => {
  const { clock, log, signal } = setUp({ drainDelayMs: 5_000, finish: never, cut: never });
  signal('SIGTERM');
  await clock.advance(1_000);
  signal('SIGTERM');
  await clock.advance(1_000);
  expect(log).toEqual(['0 announce']);
  signal('SIGTERM');
  await clock.advance(1_000);
  expect(log).toEqual(['0 announce']);
  signal('SIGTERM');
  expect(log.at(-1)).toBe('3 exit 1');
});

test('a short timeout leaves half of its time to the last steps', async () => {
  const { clock, log, signal } = setUp({ timeoutMs: 4_000, finish: never });
  signal('SIGTERM');
  await clock.advance(4_000);
  expect(log.slice(1, 4)).toEqual(['2 cut', '2 release', '2 exit 0']);
});

test('a release that hangs does not delay the exit; a cut that hangs ends with 1 at the timeout', async () => {
  const hanging = setUp({ release: never });
  hanging.signal('SIGTERM');
  await hanging.clock.advance(750);
  expect(hanging.log).toEqual(['0 announce', '0 finish', '0.75 exit 0']);

  const stuck = setUp({ finish: never, cut: never });
  stuck.signal('SIGTERM');
  await stuck.clock.advance(25_000);
  expect(stuck.log).toEqual(['0 announce', 'shutdown did not end in time; exiting', '25 exit 1']);
});

test('a step that fails is logged, and the others follow', async () => {
  const { clock, log, signal } = setUp({ finish: () => Promise.reject(new Error('broken')) });
  signal('SIGTERM');
  await clock.advance(0);
  expect(log).toEqual([
    '0 announce',
    'shutdown step failed; going on with the next',
    '0 release',
    '0 exit 0',
  ]);
});
