import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { StartError } from '../lib/start-error.ts';
import { waitForPostgres } from './open-store.ts';

const URL = 'postgres://ada:hunter2@db/quantgate';

function failure(code: string): Error {
  return Object.assign(new Error(`failed with ${code}`), { code });
}

/** Waits while `errors` come one after the other, the last for ever; undefined stands for success. */
function setUp(...errors: (Error | undefined)[]) {
  const clock = createManualClock();
  const lines: string[] = [];
  const log = (_fields: object, message: string): void => void lines.push(message);
  let probes = 0;
  const outcome = waitForPostgres(URL, {
    clock,
    logger: { debug: log, info: log, warn: log, error: log },
    async probe() {
      const error = errors[Math.min(probes, errors.length - 1)];
      probes += 1;
      if (error !== undefined) throw error;
    },
  }).then(
    () => 'open',
    (error: unknown) => error,
  );
  return { clock, lines, outcome, probes: () => probes };
}

test('a database that is there is not waited for', async () => {
  const { lines, outcome } = setUp(undefined);
  expect(await outcome).toBe('open');
  expect(lines).toEqual([]);
});

test('one that is not there yet is waited for, with one line', async () => {
  const errors = ['ECONNREFUSED', '57P03', '3D000', '25006'].map(failure);
  const { clock, lines, outcome } = setUp(...errors, undefined);
  await clock.advance(4_000);
  expect(await outcome).toBe('open');
  expect(lines).toEqual([
    'PostgreSQL at db:5432 refused the connection: start it, or correct host and port in DATABASE_URL; waiting for it up to 30 s',
  ]);
});

test('after 30 s the start fails with the last reason', async () => {
  const { clock, lines, outcome, probes } = setUp(failure('ECONNREFUSED'), failure('3D000'));
  await clock.advance(29_000);
  expect(probes()).toBe(30);
  await clock.advance(2_000);
  const error = await outcome;
  expect(error).toBeInstanceOf(StartError);
  expect(error).toMatchObject({ message: expect.stringContaining('has no database "quantgate"') });
  expect(lines).toHaveLength(1);
});

test.each(['28P01', '28000', 'ENOTFOUND', '42501'])('%s is not waited for', async (code) => {
  const { lines, outcome } = setUp(failure(code));
  expect(await outcome).toBeInstanceOf(StartError);
  expect(lines).toEqual([]);
});

test.each([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  '28P01',
  '28000',
  '3D000',
  '42501',
  '53300',
  'CERT_HAS_EXPIRED',
  'UNKNOWN',
])('%s: one line with the address and without the password', async (code) => {
  const { clock, outcome } = setUp(failure(code));
  await clock.advance(31_000);
  const { message } = (await outcome) as Error;
  expect(message).toMatch(/^PostgreSQL at db:5432 [^\n]+$/);
  expect(message).not.toContain('hunter2');
});
