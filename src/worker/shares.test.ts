import { expect, test } from 'vitest';
import type { DueQueue } from '../store/coordination/claims.ts';
import type { WatchKind } from '../store/schema/index.ts';
import { planClaims, sharesOf } from './shares.ts';

function queue(ownerId: string, count: number, more: Partial<DueQueue> = {}): DueQueue {
  const key = { ownerId, credentialId: `of ${ownerId}`, kind: 'DEPLOYMENTS', isGuarded: false } as const;
  return { ...key, count, firstDueAt: 10_000, ...more };
}

function running(
  ownerId: string,
  count: number,
  kind: WatchKind = 'DEPLOYMENTS',
  credentialId = `of ${ownerId}`,
) {
  return Array.from({ length: count }, () => ({ ownerId, credentialId, kind }));
}

/** What is claimed: the number of each credential and kind. */
function plan(...[queues, polls, all, limit]: [DueQueue[], ReturnType<typeof running>, number, number]) {
  const { takes, isHeldUp } = planClaims(queues, polls, sharesOf(all), limit);
  const counts = takes.map(({ queue: from, limit: count }) => [`${from?.credentialId} ${from?.kind}`, count]);
  return { takes: Object.fromEntries(counts), isHeldUp };
}

test.each([
  { all: 64, owner: [16, 12], credential: [8, 6] },
  { all: 16, owner: [4, 3], credential: [2, 1] },
  { all: 1, owner: [1, 1], credential: [1, 1] },
])(
  'of $all polls an owner holds $owner, a credential $credential: all, and pictures',
  ({ all, owner, credential }) => {
    const { ofOwner, ofCredential } = sharesOf(all);
    expect([ofOwner.polls, ofOwner.pictures]).toEqual(owner);
    expect([ofCredential.polls, ofCredential.pictures]).toEqual(credential);
  },
);

test('places go to the owners in turn, whoever waits longer', () => {
  const queues = [
    queue('ada', 500, { firstDueAt: 1 }),
    queue('bob', 500, { firstDueAt: 2 }),
    queue('eve', 1),
  ];
  expect(plan(queues, [], 64, 5)).toEqual({
    takes: { 'of ada DEPLOYMENTS': 2, 'of bob DEPLOYMENTS': 2, 'of eve DEPLOYMENTS': 1 },
    isHeldUp: true,
  });
});

test('an owner with fewer polls under way goes first', () => {
  const queues = [queue('ada', 9, { firstDueAt: 1 }), queue('eve', 9)];
  expect(plan(queues, running('ada', 3), 64, 3).takes).toEqual({ 'of eve DEPLOYMENTS': 3 });
});

test('of an owner at its share nothing is claimed, whatever its credentials are', () => {
  const queues = [queue('ada', 9, { credentialId: 'another' }), queue('eve', 1)];
  const polls = [...running('ada', 8), ...running('ada', 8, 'DEPLOYMENTS', 'second')];
  expect(plan(queues, polls, 64, 4)).toEqual({ takes: { 'of eve DEPLOYMENTS': 1 }, isHeldUp: true });
});

test('one credential holds half of what its owner may', () => {
  const queues = [queue('ada', 99), queue('ada', 99, { credentialId: 'second' })];
  expect(plan(queues, [], 64, 64).takes).toEqual({ 'of ada DEPLOYMENTS': 8, 'second DEPLOYMENTS': 8 });
});

test.each(['DEPLOYMENTS', 'AI_TASK_RUN', 'AI_TASK_LIST_RUN'] as const)(
  '%s go before followed lists of the same owner that wait longer',
  (kind) => {
    const queues = [queue('ada', 95, { kind: 'AI_TASK_LIST', firstDueAt: 1 }), queue('ada', 1, { kind })];
    expect(plan(queues, [], 64, 1).takes).toEqual({ [`of ada ${kind}`]: 1 });
  },
);

test('guards go before all else of the same owner, whatever waits longer', () => {
  const queues = [
    queue('ada', 5, { kind: 'AI_TASK_RUN', firstDueAt: 1 }),
    queue('ada', 5, { firstDueAt: 2 }),
    queue('ada', 1, { credentialId: 'guarded', isGuarded: true }),
  ];
  expect(plan(queues, [], 64, 1).takes).toEqual({ 'guarded DEPLOYMENTS': 1 });
});

test.each([
  { overdueMs: 4_999, next: 'bob' },
  { overdueMs: 5_001, next: 'ada' },
])(
  "of two owners with as many polls the one with a guard is next, unless the other's poll is overdue by $overdueMs ms more",
  ({ overdueMs, next }) => {
    const queues = [
      queue('ada', 9, { firstDueAt: 10_000 - overdueMs }),
      queue('bob', 9, { isGuarded: true }),
      queue('eve', 9, { isGuarded: true, firstDueAt: 1 }),
    ];
    expect(plan(queues, running('eve', 1), 64, 1).takes).toEqual({ [`of ${next} DEPLOYMENTS`]: 1 });
  },
);

test('followed lists leave a quarter of the places of their owner and of their credential', () => {
  const lists = queue('ada', 95, { kind: 'AI_TASK_LIST' });
  expect(plan([lists], [], 64, 64)).toEqual({ takes: { 'of ada AI_TASK_LIST': 6 }, isHeldUp: true });
  const others = [running('ada', 6, 'AI_TASK_LIST', 'second'), running('ada', 6, 'AI_TASK_LIST', 'third')];
  expect(plan([lists, queue('ada', 1)], others.flat(), 64, 64)).toEqual({
    takes: { 'of ada DEPLOYMENTS': 1 },
    isHeldUp: true,
  });
});

test('a process with one place serves what it can', () => {
  expect(plan([queue('ada', 2, { kind: 'AI_TASK_LIST' })], [], 1, 1).takes).toEqual({
    'of ada AI_TASK_LIST': 1,
  });
});

test('nothing is held up when everything that is due is claimed', () => {
  expect(plan([queue('ada', 2)], [], 64, 4)).toEqual({ takes: { 'of ada DEPLOYMENTS': 2 }, isHeldUp: false });
});
