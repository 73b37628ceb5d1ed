import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createManualClock, type ManualClock } from '../../../test/support/manual-clock.ts';
import { insertPerson } from '../../../test/support/stores.ts';
import { GatewayError } from '../../errors.ts';
import { systemRandom } from '../../lib/random.ts';
import { unfinishedIntents } from '../../store/coordination/intent-sweeps.ts';
import { findIntent, sentIntents } from '../../store/coordination/intents.ts';
import { openStore, type Store } from '../../store/store.ts';
import {
  type CreateSteps,
  createIdempotency,
  type Idempotency,
  type UpstreamRequest,
} from './idempotency.ts';
import type { Candidate } from './intent-outcomes.ts';

const HOLD_MS = 10_000;
const UPSTREAM_TIMEOUT_MS = 10_000;
const RESEND_AFTER_MS = 30_000;
const CLOCK_OFFSET_MS = 700;

const REQUEST = {
  ...{ ownerId: 'ada', operation: 'createThing', key: 'k', input: ['a'] },
  ...{ credentialId: 'c1', turnKey: 'turn thing a', recovery: { name: 'a' } },
} satisfies UpstreamRequest;

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
    random: systemRandom,
  });

interface Thing {
  id: string;
}

/** Steps that create `t-1` and find nothing, by default. */
const stepsOf = (more: Partial<CreateSteps<Thing>> = {}) => ({
  idOf: ({ id }: Thing) => id,
  ...(more.check && { check: more.check }),
  ...(more.checkShare && { checkShare: more.checkShare }),
  send: vi.fn(more.send ?? (async () => ({ id: 't-1' }))),
  findCandidates: vi.fn<CreateSteps<Thing>['findCandidates']>(more.findCandidates ?? (async () => [])),
  onSuccess: vi.fn<NonNullable<CreateSteps<Thing>['onSuccess']>>(more.onSuccess ?? (async () => undefined)),
});

/** What the upstream shows: things that were created at a moment, in its time. */
const thing = (id: string, createdAtMs = clock.now() + CLOCK_OFFSET_MS): Candidate<Thing> => ({
  id,
  createdAt: new Date(createdAtMs).toISOString(),
  outcome: { id },
});
const shows =
  (...ids: string[]) =>
  async (): Promise<Candidate<Thing>[]> =>
    ids.map((id) => thing(id));

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
const dieWhileSending = async (request: UpstreamRequest = REQUEST): Promise<void> => {
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

  test('repeated on another process while its effect is being recorded: the effect is noted once', async () => {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const noted: boolean[] = [];
    const recording = async (...[, noteOnce]: Parameters<NonNullable<CreateSteps<Thing>['onSuccess']>>) => {
      noted.push(await store.transaction('ada', noteOnce));
    };
    const first = createProcess().once(
      REQUEST,
      stepsOf({
        async onSuccess(...outcome) {
          begun.resolve();
          await goOn.promise;
          await recording(...outcome);
        },
      }),
    );
    await begun.promise;
    await createProcess().once(REQUEST, stepsOf({ onSuccess: recording }));
    goOn.resolve();
    await first;

    expect(noted).toEqual([true, false]);
  });

  test('of a process that was suspended right before it sends: nothing is sent', async () => {
    let steadyMs = 0;
    const steps = stepsOf();
    const suspended = {
      ...clock,
      steadyMs() {
        steadyMs += 20_000;
        return steadyMs;
      },
    };

    expect(await codeOf(createProcess(suspended).once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
    expect(steps.send).not.toHaveBeenCalled();
  });

  test('of a process that was suspended while it checked its share: nothing is sent', async () => {
    const suspended = stepsOf({ checkShare: async () => clock.suspend(RESEND_AFTER_MS) });
    expect(await codeOf(createProcess().once(REQUEST, suspended))).toBe('OUTCOME_UNKNOWN');
    expect(suspended.send).not.toHaveBeenCalled();
  });

  test('of a process that was suspended while it sent: what it made is undone, and what another one made is the answer', async () => {
    const answer = Promise.withResolvers<Thing>();
    const undo = vi.fn(async () => undefined);
    const suspended = createManualClock(clock.now());
    const late = createProcess(suspended).once(REQUEST, { ...stepsOf({ send: () => answer.promise }), undo });
    await suspended.advance(0);
    await clock.advance(RESEND_AFTER_MS);
    expect(await createProcess().once(REQUEST, stepsOf({ send: async () => ({ id: 't-2' }) }))).toEqual({
      id: 't-2',
    });

    answer.resolve({ id: 't-1' });

    expect(await late).toEqual({ id: 't-2' });
    expect(undo).toHaveBeenCalledExactlyOnceWith({ id: 't-1' });
  });

  test('of a process that was suspended while it sent, and whose outcome another one has found: nothing is undone', async () => {
    const answer = Promise.withResolvers<Thing>();
    const undo = vi.fn(async () => undefined);
    const suspended = createManualClock(clock.now());
    const late = createProcess(suspended).once(REQUEST, { ...stepsOf({ send: () => answer.promise }), undo });
    await suspended.advance(0);
    await clock.advance(HOLD_MS);
    const found = stepsOf({ findCandidates: shows('t-1') });
    expect(await createProcess().once(REQUEST, found)).toEqual({ id: 't-1' });

    answer.resolve({ id: 't-1' });

    expect(await late).toEqual({ id: 't-1' });
    expect([undo, found.send].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  test('whose late answer comes while another process is about to send: that one sends nothing', async () => {
    const answer = Promise.withResolvers<Thing>();
    const suspended = createManualClock(clock.now());
    const late = createProcess(suspended).once(REQUEST, stepsOf({ send: () => answer.promise }));
    await suspended.advance(0);
    await clock.advance(RESEND_AFTER_MS);
    const other = stepsOf({
      async check() {
        answer.resolve({ id: 't-1' });
        await late;
      },
    });

    expect(await codeOf(createProcess().once(REQUEST, other))).toBe('OUTCOME_UNKNOWN');
    expect(other.send).not.toHaveBeenCalled();
    expect(await createProcess().once(REQUEST, stepsOf())).toEqual({ id: 't-1' });
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

  test('every request is sent, each with an intent', async () => {
    const process = createProcess();
    const steps = stepsOf();

    await process.once(request, steps);
    await process.once(request, steps);

    expect([steps.send, steps.onSuccess].map(({ mock }) => mock.calls.length)).toEqual([2, 2]);
    const intents = await sentIntents(store.db, REQUEST.turnKey);
    expect(intents.map(({ isKeyed, isRecorded, outcomeId }) => [isKeyed, isRecorded, outcomeId])).toEqual([
      [0, 1, 't-1'],
      [0, 1, 't-1'],
    ]);
  });

  test('a lost answer is looked up', async () => {
    const steps = stepsOf({ send: lost, findCandidates: shows('t-2') });

    expect(await createProcess().once(request, steps)).toEqual({ id: 't-2' });
    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-2' }, expect.any(Function));
  });

  test('a lost answer without an outcome: OUTCOME_UNKNOWN', async () => {
    expect(await codeOf(createProcess().once(request, stepsOf({ send: lost })))).toBe('OUTCOME_UNKNOWN');
  });
});

describe('a lost answer', () => {
  test('is found upstream, stored and not sent again', async () => {
    const steps = stepsOf({ send: lost, findCandidates: shows('t-2') });
    const process = createProcess();

    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-2' });
    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-2' });

    expect(steps.send).toHaveBeenCalledOnce();
    expect(steps.onSuccess).toHaveBeenCalledOnce();
    expect(steps.findCandidates).toHaveBeenCalledTimes(2);
  });

  test('is found by the second look when the first one fails', async () => {
    const steps = stepsOf({ send: lost });
    steps.findCandidates.mockRejectedValueOnce(new Error('down')).mockResolvedValueOnce([thing('t-2')]);

    expect(await createProcess().once(REQUEST, steps)).toEqual({ id: 't-2' });
  });

  test('cannot be looked up: OUTCOME_UNKNOWN, and the key is kept', async () => {
    const steps = stepsOf({ send: lost, findCandidates: () => Promise.reject(new Error('down')) });

    expect(await codeOf(createProcess().once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
    expect(await findIntent(store.db, REQUEST)).toMatchObject({ result: null, heldUntil: 0 });
  });

  test('is never the outcome of another key', async () => {
    const process = createProcess();
    await process.once({ ...REQUEST, key: 'other' }, stepsOf());

    const steps = stepsOf({ send: lost, findCandidates: shows('t-1') });

    expect(await codeOf(process.once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
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

  test('found after the clock of the host was set 20 s ahead: it is the outcome, and nothing is sent again', async () => {
    const process = createProcess();
    const steps = stepsOf({ send: lost });
    await codeOf(process.once(REQUEST, steps));
    const made = thing('t-1');
    clock.set(clock.now() + 20_000);
    await clock.advance(RESEND_AFTER_MS);

    const again = stepsOf({ findCandidates: async () => [made] });
    expect(await process.once(REQUEST, again)).toEqual({ id: 't-1' });
    expect(again.send).not.toHaveBeenCalled();
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
    expect(refused.findCandidates).not.toHaveBeenCalled();

    expect(await process.once({ ...REQUEST, input: ['b'] }, stepsOf())).toEqual({ id: 't-1' });
  });

  test('by its check: it is not sent, and its key is free', async () => {
    const process = createProcess();
    const refused = stepsOf({ check: () => Promise.reject(new GatewayError('RATE_LIMITED')) });
    expect(await codeOf(process.once(REQUEST, refused))).toBe('RATE_LIMITED');
    expect(refused.send).not.toHaveBeenCalled();
    expect(refused.findCandidates).not.toHaveBeenCalled();

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

    const steps = stepsOf({ findCandidates: shows('t-1') });
    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-1' });

    expect(steps.send).not.toHaveBeenCalled();
    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-1' }, expect.any(Function));
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
    expect(steps.findCandidates).not.toHaveBeenCalled();
  });

  test('under way for too long: OUTCOME_UNKNOWN, for its holder renews the hold', async () => {
    createProcess().once(REQUEST, stepsOf({ send: never }));
    await clock.advance(0);
    const steps = stepsOf();
    const second = codeOf(createProcess().once(REQUEST, steps));

    await clock.advance(RESEND_AFTER_MS + 1_000);

    expect(await second).toBe('OUTCOME_UNKNOWN');
    expect(steps.send).not.toHaveBeenCalled();
    expect(steps.findCandidates).not.toHaveBeenCalled();
  });

  test('that has died is taken over after its hold, and its outcome is found', async () => {
    await dieWhileSending();
    const steps = stepsOf({ findCandidates: shows('t-9') });
    const outcome = createProcess().once(REQUEST, steps);

    await clock.advance(HOLD_MS - 1);
    expect(steps.findCandidates).not.toHaveBeenCalled();
    await clock.advance(1_000);

    expect(await outcome).toEqual({ id: 't-9' });
    expect(steps.send).not.toHaveBeenCalled();
    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-9' }, expect.any(Function));
    const taken = await findIntent(store.db, REQUEST);
    expect(taken).toMatchObject({ result: '{"id":"t-9"}', isRecorded: 1 });
    expect(taken?.fence).toBeGreaterThan(0);
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

  test('taken over by a third process: the second one sends nothing and gets its outcome', async () => {
    await dieWhileSending();
    await clock.advance(RESEND_AFTER_MS);
    const { promise, resolve } = Promise.withResolvers<Candidate<Thing>[]>();
    const slow = stepsOf({ findCandidates: () => promise });
    const frozen = createManualClock(clock.now());
    const second = createProcess(frozen).once(REQUEST, slow);
    await frozen.advance(0);

    await clock.advance(HOLD_MS);
    expect(await createProcess().once(REQUEST, stepsOf())).toEqual({ id: 't-1' });
    resolve([]);

    expect(await second).toEqual({ id: 't-1' });
    expect(slow.send).not.toHaveBeenCalled();
    expect(await findIntent(store.db, REQUEST)).toMatchObject({
      result: '{"id":"t-1"}',
      fence: clock.now(),
    });
  });
});

describe('requests of one turn', () => {
  const other = { ...REQUEST, key: 'other' };

  test('are sent one after the other, on all processes', async () => {
    const first = Promise.withResolvers<Thing>();
    const begun = createProcess().once(REQUEST, stepsOf({ send: () => first.promise }));
    await clock.advance(0);
    const steps = stepsOf({ send: async () => ({ id: 't-2' }) });
    const waiting = createProcess().once(other, steps);
    await clock.advance(2_000);
    expect(steps.send).not.toHaveBeenCalled();

    first.resolve({ id: 't-1' });
    await begun;
    await clock.advance(1_000);

    expect(await waiting).toEqual({ id: 't-2' });
  });

  test('that wait too long: RATE_LIMITED, and nothing is sent', async () => {
    const process = createProcess();
    process.once(REQUEST, stepsOf({ send: never }));
    await clock.advance(0);
    const [here, elsewhere] = [stepsOf(), stepsOf()];
    const codes = Promise.all([
      codeOf(process.once(other, here)),
      codeOf(createProcess().once({ ...REQUEST, key: 'third' }, elsewhere)),
    ]);

    await clock.advance(RESEND_AFTER_MS + 1_000);

    expect(await codes).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect([here.send, elsewhere.send].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  test('that are both lost get one candidate each, the oldest first', async () => {
    const process = createProcess();
    await codeOf(process.once(REQUEST, stepsOf({ send: lost })));
    await clock.advance(1_000);
    const late = stepsOf({
      send: lost,
      findCandidates: async () => [thing('t-8'), thing('t-7', clock.now() + CLOCK_OFFSET_MS - 1_000)],
    });

    expect(await process.once(other, late)).toEqual({ id: 't-8' });
    expect(await findIntent(store.db, REQUEST)).toMatchObject({ outcomeId: 't-7', isRecorded: 0 });
  });

  test('of two owners with one account never get an object of the other', async () => {
    await insertPerson(store.db, 'bea');
    const process = createProcess();
    await process.once({ ...REQUEST, ownerId: 'bea' }, stepsOf());

    const steps = stepsOf({ send: lost, findCandidates: shows('t-1') });
    expect(await codeOf(process.once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
  });

  test('never get an object that is older than the request', async () => {
    const older = clock.now() + CLOCK_OFFSET_MS - 2_100;
    const steps = stepsOf({ send: lost, findCandidates: async () => [thing('t-0', older)] });

    expect(await codeOf(createProcess().once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');
  });

  test('are not decided while a client elsewhere may have created one of the objects', async () => {
    const process = createProcess();
    const both = async () => [thing('t-1', sentAtMs), thing('t-2', sentAtMs)];
    const sentAtMs = clock.now() + CLOCK_OFFSET_MS;
    const steps = stepsOf({ send: lost, findCandidates: both });
    expect(await codeOf(process.once(REQUEST, steps))).toBe('OUTCOME_UNKNOWN');

    await clock.advance(RESEND_AFTER_MS);
    expect(await process.once(REQUEST, steps)).toEqual({ id: 't-1' });
    expect(steps.send).toHaveBeenCalledOnce();
  });

  test('whose answers name no object take the oldest objects before a lost one does', async () => {
    const process = createProcess();
    const unnamed = { ...stepsOf(), idOf: () => null };
    await process.once(REQUEST, unnamed);

    const steps = stepsOf({ send: lost, findCandidates: shows('m-1') });
    expect(await codeOf(process.once(other, steps))).toBe('OUTCOME_UNKNOWN');

    const both = { ...stepsOf({ findCandidates: shows('m-1', 'm-2') }), idOf: () => null };
    expect(await process.once(other, both)).toEqual({ id: 'm-2' });
  });
});

describe('recovery without the caller', () => {
  const recoverAll = async (steps = stepsOf()) => {
    const process = createProcess();
    const unfinished = await unfinishedIntents(store.db, store.time(clock.evenMs()), 10);
    return Promise.all(unfinished.map((intent) => process.recover(intent, steps)));
  };

  test('finds and records the outcome of a process that has died', async () => {
    await dieWhileSending();
    expect(await recoverAll()).toEqual([]);

    await clock.advance(HOLD_MS);
    const steps = stepsOf({
      findCandidates: async () => [thing('t-9', clock.now() - HOLD_MS + CLOCK_OFFSET_MS)],
    });
    expect(await recoverAll(steps)).toEqual(['RECORDED']);

    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-9' }, expect.any(Function));
    expect(await createProcess().once(REQUEST, stepsOf({ send: never }))).toEqual({ id: 't-9' });
    expect(await recoverAll()).toEqual([]);
  });

  test('leaves an outcome open until it is certain; then the key may be sent again at once', async () => {
    await codeOf(createProcess().once(REQUEST, stepsOf({ send: lost })));
    expect(await recoverAll()).toEqual(['OPEN']);

    await clock.advance(RESEND_AFTER_MS);
    expect(await recoverAll()).toEqual(['NOT_DONE']);

    const steps = stepsOf();
    expect(await createProcess().once(REQUEST, steps)).toEqual({ id: 't-1' });
    expect(steps.findCandidates).not.toHaveBeenCalled();
  });

  test('forgets a request without a key that was not carried out', async () => {
    await codeOf(createProcess().once({ ...REQUEST, key: null }, stepsOf({ send: lost })));
    await clock.advance(RESEND_AFTER_MS);

    expect(await recoverAll()).toEqual(['NOT_DONE']);
    expect(await sentIntents(store.db, REQUEST.turnKey)).toEqual([]);
  });

  test('records an outcome that was stored and not recorded', async () => {
    const failing = stepsOf({ onSuccess: () => Promise.reject(new GatewayError('UNAVAILABLE')) });
    await codeOf(createProcess().once(REQUEST, failing));

    const steps = stepsOf();
    expect(await recoverAll(steps)).toEqual(['RECORDED']);
    expect(steps.onSuccess).toHaveBeenCalledWith({ id: 't-1' }, expect.any(Function));
    expect(steps.findCandidates).not.toHaveBeenCalled();
  });

  test('waits while another request of the turn is under way', async () => {
    await codeOf(createProcess().once(REQUEST, stepsOf({ send: lost })));
    createProcess().once({ ...REQUEST, key: 'other' }, stepsOf({ send: never }));
    await clock.advance(0);

    expect(await recoverAll()).toEqual(['HELD']);
  });
});

describe('a request that only the store decides', () => {
  const request = { ownerId: 'ada', operation: 'startThing', key: 'k', input: ['a'] };

  test('interrupted and done: its outcome is found at once', async () => {
    const frozen = createManualClock(clock.now());
    createProcess(frozen).onceLocally(request, { send: never });
    await frozen.advance(0);
    await clock.advance(HOLD_MS);
    const send = vi.fn(async () => 'again');

    const outcome = createProcess().onceLocally(request, { send, findOutcome: async () => 'done' });

    expect(await outcome).toBe('done');
    expect(send).not.toHaveBeenCalled();
  });

  test('interrupted and not done: it is carried out at once', async () => {
    const frozen = createManualClock(clock.now());
    createProcess(frozen).onceLocally(request, { send: never });
    await frozen.advance(0);
    await clock.advance(HOLD_MS);

    const steps = { send: async () => 'done', findOutcome: async () => undefined };
    expect(await createProcess().onceLocally(request, steps)).toBe('done');
    expect(await createProcess().onceLocally(request, { send: never })).toBe('done');
  });
});
