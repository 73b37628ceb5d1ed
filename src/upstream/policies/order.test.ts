import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { type GatewayError, isGatewayError } from '../../errors.ts';
import { systemRandom } from '../../lib/random.ts';
import { type FailureFacts, isAmbiguous, UpstreamFailure } from '../failure.ts';
import type { CallContext, UpstreamCall } from './call.ts';
import { createPolicies, type PolicyOptions } from './order.ts';
import { CONNECTIONS, callOf } from './policies.test-support.ts';

const TIMEOUT_MS = 10_000;

function setUp({ ratePerSecond = 5, burst = 20, ...connections }: Partial<PolicyOptions> = {}) {
  const clock = createManualClock();
  const random = { ...systemRandom, fraction: () => 0.5 };
  const limits = { ...CONNECTIONS, ...connections, timeoutMs: TIMEOUT_MS, ratePerSecond, burst };
  const execute = createPolicies({ ...limits, clock, random });
  return { clock, execute };
}

function call(change: Partial<UpstreamCall> = {}): UpstreamCall {
  return callOf(change.ownerId ?? change.credentialId ?? 'alice', change);
}

function failure(facts: Partial<FailureFacts> = {}, retryAfter?: number) {
  return new UpstreamFailure(
    facts.again === 'later' ? 'UPSTREAM_THROTTLED' : 'UPSTREAM_UNAVAILABLE',
    { mayHaveActed: true, health: 'down', again: 'soon', ...facts },
    { details: { retryAfter } },
  );
}

function throttle(retryAfter: number) {
  return failure(
    { mayHaveActed: false, health: 'answered', again: 'later', askedPauseMs: retryAfter * 1_000 },
    Math.min(retryAfter, 60),
  );
}

/** Answers by a script, repeating its last entry, and records every attempt. */
function scripted(...script: (string | Error)[]) {
  const passes: CallContext[] = [];
  const send = async (pass: CallContext): Promise<string> => {
    const entry = script[Math.min(passes.length, script.length - 1)] ?? 'empty script';
    passes.push(pass);
    if (entry instanceof Error) throw entry;
    return entry;
  };
  return { send, passes };
}

function outcome(promise: Promise<unknown>): Promise<GatewayError | unknown> {
  return promise.then(
    (value) => value,
    (error: unknown) => error,
  );
}

describe('retry', () => {
  test('a read is tried three times in all, with pauses in between', async () => {
    const { clock, execute } = setUp();
    const { send, passes } = scripted(failure());
    const ended = outcome(execute(call(), send));
    await clock.advance(99);
    expect(passes).toHaveLength(1);
    await clock.advance(1);
    expect(passes).toHaveLength(2);
    await clock.advance(200);
    expect(await ended).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(passes.map(({ attempt, afterLoss }) => [attempt, afterLoss])).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
  });

  test('a create is never sent twice, however it failed', async () => {
    for (const again of ['soon', 'later', 'never'] as const) {
      const { clock, execute } = setUp();
      const { send, passes } = scripted(failure({ again }, 1), 'twice');
      const ended = outcome(execute(call({ repeat: 'once', priority: 'mutation' }), send));
      await clock.advance(2 * TIMEOUT_MS);
      expect(isGatewayError(await ended)).toBe(true);
      expect(passes).toHaveLength(1);
    }
  });

  test('a create is sent again after a signature refused for the clock', async () => {
    const { execute } = setUp();
    const { send, passes } = scripted(
      failure({ again: 're-signed', mayHaveActed: false, health: 'answered' }),
      'ok',
    );
    expect(await execute(call({ repeat: 'once', priority: 'mutation' }), send)).toBe('ok');
    expect(passes).toHaveLength(2);
  });

  test('a delete is sent again', async () => {
    const { clock, execute } = setUp();
    const { send } = scripted(failure(), 'gone');
    const ended = execute(call({ repeat: 'repeatable', priority: 'mutation' }), send);
    await clock.advance(100);
    expect(await ended).toBe('gone');
  });

  test('a failure that a retry cannot fix is not retried', async () => {
    const { execute } = setUp();
    const { send, passes } = scripted(failure({ again: 'never', health: 'answered' }), 'ok');
    expect(isGatewayError(await outcome(execute(call(), send)))).toBe(true);
    expect(passes).toHaveLength(1);
  });

  test('a Retry-After that fits is waited for', async () => {
    const { clock, execute } = setUp();
    const { send, passes } = scripted(throttle(3), 'ok');
    const ended = execute(call(), send);
    await clock.advance(2_999);
    expect(passes).toHaveLength(1);
    await clock.advance(200);
    expect(await ended).toBe('ok');
  });

  test('a Retry-After that does not fit is reported at once', async () => {
    const { execute } = setUp();
    const { send } = scripted(throttle(60), 'ok');
    expect(await outcome(execute(call(), send))).toMatchObject({
      code: 'UPSTREAM_THROTTLED',
      details: { retryAfter: 60 },
    });
  });

  test('the failure of a repeated attempt says that an earlier one was lost', async () => {
    const notFound = new UpstreamFailure(
      'NOT_FOUND',
      { mayHaveActed: false, health: 'answered', again: 'never' },
      { message: 'gone' },
    );
    const remove = call({ repeat: 'repeatable', priority: 'mutation' });
    const first = setUp();
    await expect(first.execute(remove, scripted(notFound).send)).rejects.toBe(notFound);
    const second = setUp();
    const ended = outcome(second.execute(remove, scripted(failure(), notFound).send));
    await second.clock.advance(1_000);
    expect(await ended).toMatchObject({
      code: 'NOT_FOUND',
      message: 'gone',
      facts: { mayHaveActed: false, afterLoss: true },
    });
  });

  test('a later attempt refused by the gateway: the earlier failure is the answer', async () => {
    const { clock, execute } = setUp({ burst: 1, ratePerSecond: 0.01 });
    const { send } = scripted(failure());
    const ended = outcome(execute(call({ repeat: 'repeatable', priority: 'mutation' }), send));
    await clock.advance(1_000);
    expect(await ended).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(isAmbiguous(await ended)).toBe(true);
  });
});

describe('sharing', () => {
  test('equal reads of one credential are one call, of two credentials two', async () => {
    const { execute } = setUp();
    const { send, passes } = scripted('ok');
    await Promise.all([
      ...Array.from({ length: 10 }, () => execute(call(), send)),
      execute(call({ credentialId: 'bob' }), send),
      execute(call({ key: 'other' }), send),
    ]);
    expect(passes).toHaveLength(3);
  });

  test('mutations are never shared', async () => {
    const { execute } = setUp();
    const { send, passes } = scripted('ok');
    const create = call({ repeat: 'once', priority: 'mutation' });
    await Promise.all([execute(create, send), execute(create, send)]);
    expect(passes).toHaveLength(2);
  });

  test('a poll joins a caller, a caller does not wait in the poll priority', async () => {
    const { execute } = setUp();
    const { send, passes } = scripted('ok');
    await Promise.all([execute(call(), send), execute(call({ priority: 'poll' }), send)]);
    expect(passes).toHaveLength(1);
    await Promise.all([execute(call({ priority: 'poll' }), send), execute(call(), send)]);
    expect(passes).toHaveLength(3);
  });

  test('a read after a change does not join one begun before it', async () => {
    const { clock, execute } = setUp();
    const answers: ((value: string) => void)[] = [];
    const slow = () => new Promise<string>((resolve) => answers.push(resolve));
    const before = execute(call(), slow);
    await clock.advance(0);
    await execute(call({ repeat: 'once', priority: 'mutation' }), async () => 'changed');
    const after = execute(call(), async () => 'new');
    expect(await after).toBe('new');
    answers[0]!('old');
    expect(await before).toBe('old');
  });
});

describe('start of a shared read', () => {
  const startOf = (revision: number) => ({ atMs: 0, revision });
  const answerOf = async (first: UpstreamCall, second: UpstreamCall) => {
    const { execute } = setUp();
    const { send } = scripted('ok');
    await Promise.all([execute(first, send), execute(second, send)]);
  };

  test('a read that joins an earlier one began when that did', async () => {
    const [earlier, later] = [startOf(5), startOf(7)];
    await answerOf(call({ start: earlier }), call({ start: later, priority: 'poll' }));
    expect([earlier.revision, later.revision]).toEqual([5, 5]);
  });

  test('a read that joins one without a start is older than everything stored', async () => {
    const start = startOf(7);
    await answerOf(call(), call({ start }));
    expect(start.revision).toBeLessThan(0);
  });

  test('a read of its own keeps its start', async () => {
    const start = startOf(7);
    await answerOf(call({ key: 'other' }), call({ start }));
    expect(start.revision).toBe(7);
  });
});

describe('budget', () => {
  test('a wait that cannot fit into the deadline is refused at once with its length', async () => {
    const { execute } = setUp({ ratePerSecond: 0.02, burst: 1 });
    const { send } = scripted('ok');
    await execute(call(), send);
    expect(await outcome(execute(call(), send))).toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfter: 50 },
    });
    expect(isAmbiguous(await outcome(execute(call({ repeat: 'once' }), send)))).toBe(false);
  });

  test('owners spend nothing of each other, not even of the same account', async () => {
    const { execute } = setUp({ ratePerSecond: 0.01, burst: 1 });
    const { send } = scripted('ok');
    await execute(call(), send);
    expect(await execute(call({ credentialId: 'bob' }), send)).toBe('ok');
  });

  test('credentials and candidates of one account share the budget of their owner', async () => {
    const { execute } = setUp({ ratePerSecond: 0.01, burst: 2 });
    const { send } = scripted('ok');
    const one = (credentialId: string) => outcome(execute(call({ ownerId: 'ada', credentialId }), send));
    expect(await Promise.all([one('stored'), one('label'), one('candidate')])).toEqual([
      'ok',
      'ok',
      expect.objectContaining({ code: 'RATE_LIMITED' }),
    ]);
  });

  test('an answer that asks to slow down halves the rate, which recovers over a minute', async () => {
    const { clock, execute } = setUp({ ratePerSecond: 10, burst: 20 });
    const countSent = async (ms: number): Promise<number> => {
      const { send, passes } = scripted('ok');
      const abort = new AbortController();
      for (let n = 0; n < 100; n += 1)
        void outcome(execute(call({ repeat: 'once', priority: 'mutation' }), send, abort.signal));
      await clock.advance(ms);
      abort.abort();
      return passes.length;
    };
    expect(await countSent(1_000)).toBe(30);
    await clock.advance(100);
    await outcome(execute(call({ isUrgent: true, repeat: 'once' }), scripted(throttle(1)).send));
    await clock.advance(1_000);
    // Half the rate, and a little more for the second that has passed.
    expect(await countSent(1_000)).toBeLessThanOrEqual(11);
    await clock.advance(60_000);
    expect(await countSent(1_000)).toBe(30);
  });

  test('polls leave a fifth of the burst to other calls', async () => {
    const { execute } = setUp({ ratePerSecond: 0.01, burst: 10 });
    const { send } = scripted('ok');
    const poll = (n: number) => outcome(execute(call({ priority: 'poll', key: `poll ${n}` }), send));
    const polls = await Promise.all(Array.from({ length: 10 }, (_, n) => poll(n)));
    expect(polls.filter((result) => result === 'ok')).toHaveLength(8);
    expect(await execute(call(), send)).toBe('ok');
  });

  test('mutations go before reads, reads before polls', async () => {
    const { clock, execute } = setUp({ ratePerSecond: 2, burst: 1 });
    const order: string[] = [];
    const named = (name: string) => async () => void order.push(name);
    await execute(call(), named('first'));
    void execute(call({ priority: 'poll', key: 'p' }), named('poll'));
    void execute(call({ key: 'r' }), named('read'));
    void execute(call({ repeat: 'once', priority: 'mutation' }), named('mutation'));
    await clock.advance(1_500);
    expect(order).toEqual(['first', 'mutation', 'read', 'poll']);
  });

  test('a poll gives up after 2 s, at once where its turn comes later; a read waits on', async () => {
    const { clock, execute } = setUp({ ratePerSecond: 1, burst: 1 });
    const { send } = scripted('ok');
    const poll = (key: string) => outcome(execute(call({ priority: 'poll', key }), send));
    await execute(call(), send);
    const waiting = [poll('first'), poll('second')];
    expect(await poll('third')).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 3 } });
    const reads = ['a', 'b', 'c'].map((key) => outcome(execute(call({ key }), send)));
    await clock.advance(2_000);
    const refused = { code: 'RATE_LIMITED' };
    expect(await Promise.all(waiting)).toMatchObject([refused, refused]);
    await clock.advance(1_000);
    expect(await Promise.all(reads)).toEqual(['ok', 'ok', 'ok']);
  });
});

describe('places', () => {
  /** Calls that hang until they are let go. */
  const hanging = () => {
    const started: string[] = [];
    const letGo: (() => void)[] = [];
    const named = (name: string) => () =>
      new Promise<string>((resolve) => {
        started.push(name);
        letGo.push(() => resolve(name));
      });
    return { started, letGo, named };
  };
  const change = (ownerId: string, n: number, part: Partial<UpstreamCall> = {}) =>
    call({ ownerId, credentialId: `${ownerId} ${n}`, repeat: 'once', priority: 'mutation', ...part });

  test('an owner holds its share over all its credentials, and another owner is served at once', async () => {
    const { clock, execute } = setUp();
    const { started, named } = hanging();
    for (let n = 0; n < 100; n += 1) void outcome(execute(change('ada', n), named(`ada ${n}`)));
    void outcome(execute(change('bob', 0), named('bob')));
    await clock.advance(0);
    expect(started).toHaveLength(17);
    expect(started.at(-1)).toBe('bob');
  });

  test('reads of an owner leave places to its changes, polls to its reads', async () => {
    const { clock, execute } = setUp({ burst: 100 });
    const { started, named } = hanging();
    const begin = (name: string, part: Partial<UpstreamCall>) => {
      for (let n = 0; n < 20; n += 1)
        void outcome(
          execute(call({ ownerId: 'ada', credentialId: `${n}`, ...part, key: `${n}` }), named(name)),
        );
    };
    begin('poll', { priority: 'poll' });
    await clock.advance(0);
    begin('read', {});
    await clock.advance(0);
    begin('change', { repeat: 'once', priority: 'mutation' });
    await clock.advance(0);
    expect(['poll', 'read', 'change'].map((name) => started.filter((it) => it === name).length)).toEqual([
      12, 2, 2,
    ]);
  });

  test('a call that gets no place before its deadline is refused, and was not sent', async () => {
    const { clock, execute } = setUp({ connectionsPerOwner: 1 });
    const { named } = hanging();
    void execute(change('ada', 0), named('first'));
    await clock.advance(0);
    const { send, passes } = scripted('ok');
    const waiting = outcome(execute(change('ada', 1), send));
    await clock.advance(2 * TIMEOUT_MS);
    expect(await waiting).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfter: 1 } });
    expect(isAmbiguous(await waiting)).toBe(false);
    expect(passes).toHaveLength(0);
  });

  test('the place of a call that ends goes on, also between its retries', async () => {
    const { clock, execute } = setUp({ connectionsPerOwner: 1 });
    const failing = outcome(execute(call({ credentialId: 'a', ownerId: 'ada' }), scripted(failure()).send));
    const other = execute(change('ada', 1), async () => 'ok');
    await clock.advance(0);
    expect(await other).toBe('ok');
    await clock.advance(10_000);
    expect(await failing).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});

describe('pause after Retry-After', () => {
  test('that credential sends nothing before its time, others do', async () => {
    const { clock, execute } = setUp();
    const { send, passes } = scripted(throttle(60), 'ok');
    await outcome(execute(call(), send));
    await clock.advance(30_000);
    expect(await outcome(execute(call(), send))).toMatchObject({
      code: 'UPSTREAM_THROTTLED',
      details: { retryAfter: 30 },
    });
    expect(await outcome(execute(call({ repeat: 'once' }), send))).toMatchObject({
      code: 'UPSTREAM_THROTTLED',
    });
    expect(passes).toHaveLength(1);
    expect(await execute(call({ credentialId: 'bob' }), send)).toBe('ok');
    await clock.advance(30_000);
    expect(await execute(call(), send)).toBe('ok');
  });

  test('a Retry-After of a day: one call a minute is a probe, and the first that works ends the pause', async () => {
    const { clock, execute } = setUp();
    const { send, passes } = scripted(throttle(90_000), throttle(90_000), 'ok');
    const burst = () =>
      Promise.all(['a', 'b', 'c'].map((key) => outcome(execute(call({ repeat: 'once', key }), send))));
    expect(await outcome(execute(call(), send))).toMatchObject({ details: { retryAfter: 60 } });
    for (const sent of [2, 3]) {
      await clock.advance(59_999);
      await burst();
      expect(passes).toHaveLength(sent - 1);
      await clock.advance(1);
      await burst();
      expect(passes).toHaveLength(sent);
    }
    expect(await burst()).toEqual(['ok', 'ok', 'ok']);
  });

  test('a stop is sent once, paused or behind an open breaker; its retries are not', async () => {
    const { clock, execute } = setUp();
    const stop = call({ repeat: 'repeatable', priority: 'mutation', isUrgent: true });
    await outcome(execute(call(), scripted(throttle(90_000)).send));
    expect(await execute(stop, scripted('stopped').send)).toBe('stopped');
    expect(await outcome(execute(call(), scripted('ok').send))).toMatchObject({ code: 'UPSTREAM_THROTTLED' });

    const bob = { credentialId: 'bob', repeat: 'once' } as const;
    for (let n = 0; n < 10; n += 1)
      await outcome(execute(call(bob), scripted(failure({ health: 'unreachable' })).send));
    const { send, passes } = scripted(failure({ health: 'unreachable' }), 'late');
    const ended = outcome(execute({ ...stop, credentialId: 'bob' }, send));
    await clock.advance(2_000);
    expect(await ended).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', facts: { health: 'unreachable' } });
    expect(passes).toHaveLength(1);
  });

  test('a call that waits in the queue meanwhile is not sent either', async () => {
    const { clock, execute } = setUp({ ratePerSecond: 1, burst: 1 });
    const { send, passes } = scripted(throttle(100), 'ok');
    const first = outcome(execute(call(), send));
    const queued = outcome(execute(call({ key: 'queued' }), send));
    await first;
    // The throttle has halved the rate.
    await clock.advance(2_000);
    expect(await queued).toMatchObject({ code: 'UPSTREAM_THROTTLED' });
    expect(passes).toHaveLength(1);
  });
});

describe('breaker', () => {
  const once = (change: Partial<UpstreamCall> = {}) => call({ repeat: 'once', ...change });
  const failTimes = async (count: number, execute: ReturnType<typeof setUp>['execute'], error: Error) => {
    for (let n = 0; n < count; n += 1)
      await outcome(execute(once({ key: String(n) }), () => Promise.reject(error)));
  };

  test('five failures in a row open it: nothing is sent until one probe after 5 s', async () => {
    const { clock, execute } = setUp();
    await failTimes(5, execute, failure());
    const { send, passes } = scripted(failure(), 'ok');
    const refused = await outcome(execute(once(), send));
    expect(refused).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', details: { retryAfter: 5 } });
    expect(isAmbiguous(refused)).toBe(false);
    expect(passes).toHaveLength(0);
    await clock.advance(5_000);
    const probes = await Promise.all([1, 2, 3].map(() => outcome(execute(once(), send))));
    expect(passes).toHaveLength(1);
    expect(probes.every((result) => isGatewayError(result, 'UPSTREAM_UNAVAILABLE'))).toBe(true);
    await clock.advance(5_000);
    expect(await execute(once(), send)).toBe('ok');
    expect(await execute(once(), send)).toBe('ok');
  });

  test('refusals, throttles and bad credentials do not count; an answer resets the count', async () => {
    const { execute } = setUp({ burst: 100 });
    await failTimes(20, execute, failure({ health: 'answered', again: 'never' }));
    const { send } = scripted('ok');
    await failTimes(4, execute, failure());
    expect(await execute(once(), send)).toBe('ok');
    await failTimes(4, execute, failure());
    expect(await execute(once(), send)).toBe('ok');
  });

  test.each(['down', 'unreachable'] as const)(
    'one owner whose calls fail (%s) does not stop another, however many candidates it tries',
    async (health) => {
      const { execute } = setUp({ burst: 100 });
      for (let n = 0; n < 100; n += 1)
        await outcome(
          execute(once({ ownerId: 'mallory', credentialId: `candidate ${n}` }), () =>
            Promise.reject(failure({ health })),
          ),
        );
      expect(await execute(once({ credentialId: 'bob' }), async () => 'ok')).toBe('ok');
    },
  );

  test('a fresh candidate does not evade the breaker of its owner', async () => {
    const { execute } = setUp({ burst: 100 });
    await failTimes(5, execute, failure());
    const { send, passes } = scripted('ok');
    const fresh = once({ ownerId: 'alice', credentialId: 'fresh', ownedAccount: 'alice other' });
    expect(await outcome(execute(fresh, send))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(passes).toHaveLength(0);
  });

  test('a host that several owners cannot reach stops every owner', async () => {
    const { execute } = setUp();
    for (const credentialId of ['alice', 'bob', 'dan'])
      for (let n = 0; n < 5; n += 1)
        await outcome(
          execute(once({ credentialId }), () => Promise.reject(failure({ health: 'unreachable' }))),
        );
    const { send, passes } = scripted('ok');
    expect(await outcome(execute(once({ credentialId: 'carol' }), send))).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    });
    expect(passes).toHaveLength(0);
  });

  test('in a long outage the upstream sees a probe every 5 s, also from a full queue', async () => {
    const { clock, execute } = setUp();
    let sent = 0;
    const down = async () => {
      sent += 1;
      throw failure({ health: 'unreachable' });
    };
    for (let second = 0; second < 60; second += 1) {
      for (let n = 0; n < 100; n += 1) void outcome(execute(call({ key: `${second} ${n}` }), down));
      await clock.advance(1_000);
    }
    const untilOpen = 20;
    expect(sent).toBeLessThanOrEqual(untilOpen + 60 / 5);
  });

  test('after an aborted probe the next call is the probe', async () => {
    const { clock, execute } = setUp();
    await failTimes(5, execute, failure());
    await clock.advance(5_000);
    await outcome(execute(once(), () => Promise.reject(new Error('aborted'))));
    expect(await execute(once(), async () => 'ok')).toBe('ok');
  });
});

test('the deadline covers the whole call', async () => {
  const { clock, execute } = setUp();
  const startedAtMs = clock.now();
  const { send, passes } = scripted('ok');
  await execute(call(), send);
  expect(passes[0]?.deadlineAtMs).toBe(startedAtMs + 2 * TIMEOUT_MS);
});

test('a caller who aborts during a pause ends only its own call', async () => {
  const { clock, execute } = setUp();
  const { send, passes } = scripted(failure(), 'ok');
  const abort = new AbortController();
  const leaving = outcome(execute(call(), send, abort.signal));
  const staying = execute(call(), send);
  await clock.advance(0);
  abort.abort(new Error('left'));
  expect(await leaving).toMatchObject({ message: 'left' });
  await clock.advance(1_000);
  expect(await staying).toBe('ok');
  expect(passes).toHaveLength(2);
});
