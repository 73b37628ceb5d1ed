import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createManualClock, type ManualClock } from '../../../test/support/manual-clock.ts';
import { insertPerson } from '../../../test/support/stores.ts';
import { GatewayError } from '../../errors.ts';
import { findIntent } from '../../store/coordination/intents.ts';
import { openStore, type Store } from '../../store/store.ts';
import { type CreateSteps, createIdempotency, type Idempotency, type OnceRequest } from './idempotency.ts';

const HOLD_MS = 10_000;
const UPSTREAM_TIMEOUT_MS = 10_000;
const RESEND_AFTER_MS = 30_000;
const CLOCK_OFFSET_MS = 700;

const REQUEST = { ownerId: 'ada', operation: 'createThing', key: 'k', input: ['a'] } satisfies OnceRequest;

/** Its request may have been carried out. */
class LostAnswer extends Error {}

let store: Store;
let clock: ManualClock;
beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, REQUEST.ownerId);
  clock = createManualClock();
});
afterEach(() => store.close());

/** One gateway process on the shared store. */
const createProcess = (itsClock = clock): Idempotency =>
  createIdempotency({
    store,
    clock: itsClock,
    isAmbiguous: (error) => error instanceof LostAnswer,
    clockOffsetMs: () => CLOCK_OFFSET_MS,
    upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS,
  });

interface Thing {
  id: string;
}

/** Steps that create `t-1` and find nothing, by default. */
const stepsOf = (more: Partial<CreateSteps<Thing>> = {}) => ({
  send: vi.fn(more.send ?? (async () => ({ id: 't-1' }))),
  findOutcome: vi.fn<CreateSteps<Thing>['findOutcome']>(more.findOutcome ?? (async () => undefined)),
  onSuccess: vi.fn<NonNullable<CreateSteps<Thing>['onSuccess']>>(more.onSuccess ?? (async () => undefined)),
});

const lost = async (): Promise<never> => {
  throw new LostAnswer();
};

const never = (): Promise<never> => new Promise(() => undefined);

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof GatewayError ? error.code : error),
  );

/** A process that dies while it sends: its clock stands still, so it never renews its hold. */
const dieWhileSending = async (request: OnceRequest = REQUEST): Promise<void> => {
  const frozen = createManualClock(clock.now());
  createProcess(frozen).once(request, stepsOf({ send: never }));
  await frozen.advance(0);
};

describe('a key', () => {
  test('repeated: the stored outcome, on every process, with one send', async () => {
    const steps = stepsOf();

    const process = createProcess();
    const outcomes = [
      await process.once(REQUEST, steps),
      await process.once(REQUEST, steps),
      await createProcess().once(REQUEST, steps),
    ];

    expect(outcomes).toEqual([{ id: 't-1' }, { id: 't-1' }, { id: 't-1' }]);
    expect([steps.send, steps.onSuccess].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  test('repeated at the same time in one process: one send, one outcome', async () => {
    const steps = stepsOf();
    const process = createProcess();

    const outcomes = await Promise.all([process.once(REQUEST, steps), process.once(REQUEST, steps)]);

    expect(outcomes[0]).toBe(outcomes[1]);
    expect(steps.send).toHaveBeenCalledOnce();
  });

  test('with other input: CONFLICT, while the first is under way and after it', async () => {
    const process = createProcess();
    const other = { ...REQUEST, input: ['b'] };
    const steps = stepsOf();

    const first = process.once(REQUEST, steps);
    expect(await codeOf(process.once(other, steps))).toBe('CONFLICT');
    await first;

    expect(await codeOf(process.once(other, steps))).toBe('CONFLICT');
    expect(await codeOf(createProcess().once(other, steps))).toBe('CONFLICT');
    expect(steps.send).toHaveBeenCalledOnce();
  });

  test('serves each operation apart', async () => {
    const process = createProcess();
    const steps = stepsOf();

    await process.once(REQUEST, steps);
    await process.once({ ...REQUEST, operation: 'createOther' }, steps);

    expect(steps.send).toHaveBeenCalledTimes(2);
  });

  test.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
  ])('%s: BAD_USER_INPUT, and nothing is sent', async (_case, key) => {
    const steps = stepsOf();

    expect(await codeOf(createProcess().once({ ...REQUEST, key }, steps))).toBe('BAD_USER_INPUT');
    expect(steps.send).not.toHaveBeenCalled();
  });
});

describe('without a key', () => {
  const request = { ...REQUEST, key: null };

  test('every request is sent, and none is stored', async () => {
    const process = createProcess();
    const steps = stepsOf();

    await process.once(request, steps);
    await process.once(request, steps);

    expect([steps.send, steps.onSuccess].map(({ mock }) => mock.calls.length)).toEqual([2, 2]);
    expect(await store.db.selectFrom('intents').selectAll().execute()).toEqual([]);
  });

  test('a lost answer is looked up', async () => {
    const steps = stepsOf({ send: lost, findOutcome: async () => ({ id: 't-2' }) });

    expect(await createProcess().once(request, steps)).toEqual({ id: 't-2' });
    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-2' });
  });

  test('a lost answer without an outcome: OUTCOME_UNKNOWN', async () => {
    expect(await codeOf(createProcess().once(request, stepsOf({ send: lost })))).toBe('OUTCOME_UNKNOWN');
  });
});

describe('a lost answer', () => {
  test('is found upstream, stored and not sent again', async () => {
    const startedAtMs = clock.now();
    const since: number[] = [];
    const steps = stepsOf({
      send: lost,
      findOutcome: async (sinceMs) => {
        since.push(sinceMs());
        return { id: 't-2' };
      },
    });
    const process = createProcess();

    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-2' });
    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-2' });

    expect(steps.send).toHaveBeenCalledOnce();
    expect(steps.onSuccess).toHaveBeenCalledOnce();
    // It looks twice, each time since the start of the attempt in the upstream's time.
    expect(since).toEqual([startedAtMs + CLOCK_OFFSET_MS, startedAtMs + CLOCK_OFFSET_MS]);
  });

  test('is found by the second look when the first one fails', async () => {
    const findOutcome = vi
      .fn<CreateSteps<Thing>['findOutcome']>()
      .mockRejectedValueOnce(new Error('down'))
      .mockResolvedValueOnce({ id: 't-2' });

    expect(await createProcess().once(REQUEST, { send: lost, findOutcome })).toEqual({ id: 't-2' });
  });

  test('cannot be looked up: OUTCOME_UNKNOWN, and the key is kept', async () => {
    const steps = stepsOf({ send: lost, findOutcome: () => Promise.reject(new Error('down')) });

    expect(await codeOf(createProcess().once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
    expect(await findIntent(store.db, REQUEST)).toMatchObject({ result: null, heldUntil: 0 });
  });

  test('is never the outcome of another key', async () => {
    const process = createProcess();
    await process.once({ ...REQUEST, key: 'other' }, stepsOf());
    const taken: boolean[] = [];

    const steps = stepsOf({
      send: lost,
      findOutcome: async (_sinceMs, isTaken) => {
        taken.push(isTaken('t-1'), isTaken('t-2'));
        return undefined;
      },
    });

    expect(await codeOf(process.once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
    expect(taken.slice(0, 2)).toEqual([true, false]);
  });

  test('not found: a repeated request is refused while it may still be carried out, and sent after that', async () => {
    const process = createProcess();
    const steps = stepsOf({ send: lost });
    const error = await process.once(REQUEST, steps).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      details: { retryAfter: RESEND_AFTER_MS / 1_000 },
    });

    await clock.advance(RESEND_AFTER_MS - 1);
    expect(await codeOf(process.once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
    expect(steps.send).toHaveBeenCalledOnce();

    await clock.advance(1);
    const again = stepsOf();
    expect(await process.once(REQUEST, again)).toEqual({ id: 't-1' });
    expect(again.send).toHaveBeenCalledOnce();
  });

  test('sent again and lost again: its time begins anew', async () => {
    const process = createProcess();
    const steps = stepsOf({ send: lost });
    await codeOf(process.once(REQUEST, steps));
    await clock.advance(RESEND_AFTER_MS);
    await codeOf(process.once(REQUEST, steps));

    await clock.advance(RESEND_AFTER_MS - 1);
    await codeOf(process.once(REQUEST, steps));

    expect(steps.send).toHaveBeenCalledTimes(2);
  });
});

describe('a failed request', () => {
  test('that was definitely refused frees its key, for other input too', async () => {
    const process = createProcess();
    const refused = stepsOf({ send: () => Promise.reject(new GatewayError('UPSTREAM_REJECTED')) });
    expect(await codeOf(process.once(REQUEST, refused))).toBe('UPSTREAM_REJECTED');
    expect(refused.findOutcome).not.toHaveBeenCalled();

    expect(await process.once({ ...REQUEST, input: ['b'] }, stepsOf())).toEqual({ id: 't-1' });
  });

  test.each([
    ['an unavailable store', new GatewayError('UNAVAILABLE')],
    ['a bug', new TypeError('x is undefined')],
  ])('by %s keeps its key', async (_case, failure) => {
    await codeOf(createProcess().once(REQUEST, stepsOf({ send: () => Promise.reject(failure) })));

    expect(await findIntent(store.db, REQUEST)).toMatchObject({ result: null, heldUntil: 0 });
  });

  test('after it was sent keeps its key, and its outcome is recovered', async () => {
    const process = createProcess();
    const failing = stepsOf({ onSuccess: () => Promise.reject(new GatewayError('CONFLICT')) });
    expect(await codeOf(process.once(REQUEST, failing))).toBe('CONFLICT');

    const steps = stepsOf({ findOutcome: async () => ({ id: 't-1' }) });
    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-1' });

    expect(steps.send).not.toHaveBeenCalled();
    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-1' });
  });
});

describe('an intent of another process', () => {
  test('under way: its outcome is waited for', async () => {
    const { promise, resolve } = Promise.withResolvers<Thing>();
    const first = createProcess().once(REQUEST, stepsOf({ send: () => promise }));
    await clock.advance(0);
    const steps = stepsOf();
    const second = createProcess().once(REQUEST, steps);
    await clock.advance(2_000);

    resolve({ id: 't-7' });
    await first;
    await clock.advance(1_000);

    expect(await second).toEqual({ id: 't-7' });
    expect(steps.send).not.toHaveBeenCalled();
    expect(steps.findOutcome).not.toHaveBeenCalled();
  });

  test('under way for too long: OUTCOME_UNKNOWN, for its holder renews the hold', async () => {
    createProcess().once(REQUEST, stepsOf({ send: never }));
    await clock.advance(0);
    const steps = stepsOf();
    const second = codeOf(createProcess().once(REQUEST, steps));

    await clock.advance(RESEND_AFTER_MS + 1_000);

    expect(await second).toBe('OUTCOME_UNKNOWN');
    expect(steps.send).not.toHaveBeenCalled();
    expect(steps.findOutcome).not.toHaveBeenCalled();
  });

  test('that has died is taken over after its hold, and its outcome is found', async () => {
    await dieWhileSending();
    const steps = stepsOf({ findOutcome: async () => ({ id: 't-9' }) });
    const outcome = createProcess().once(REQUEST, steps);

    await clock.advance(HOLD_MS - 1);
    expect(steps.findOutcome).not.toHaveBeenCalled();
    await clock.advance(1_000);

    expect(await outcome).toEqual({ id: 't-9' });
    expect(steps.send).not.toHaveBeenCalled();
    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-9' });
    expect(await findIntent(store.db, REQUEST)).toMatchObject({ result: '{"id":"t-9"}', fence: 1 });
  });

  test('that has died, without an outcome: OUTCOME_UNKNOWN before it is certain, sent again after', async () => {
    await dieWhileSending();
    const process = createProcess();
    const steps = stepsOf();

    await clock.advance(HOLD_MS);
    expect(await codeOf(process.once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
    expect(steps.send).not.toHaveBeenCalled();

    await clock.advance(RESEND_AFTER_MS - HOLD_MS);
    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-1' });
    expect(steps.send).toHaveBeenCalledOnce();
  });

  test('taken over by a third process: the second one sends nothing', async () => {
    await dieWhileSending();
    await clock.advance(RESEND_AFTER_MS);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const slow = stepsOf({ findOutcome: () => promise });
    const frozen = createManualClock(clock.now());
    const second = codeOf(createProcess(frozen).once(REQUEST, slow));
    await frozen.advance(0);

    await clock.advance(HOLD_MS);
    expect(await createProcess().once(REQUEST, stepsOf())).toEqual({ id: 't-1' });
    resolve(undefined);

    expect(await second).toBe('OUTCOME_UNKNOWN');
    expect(slow.send).not.toHaveBeenCalled();
    expect(await findIntent(store.db, REQUEST)).toMatchObject({ result: '{"id":"t-1"}', fence: 2 });
  });
});
