import { expect, test } from 'vitest';
import { analyzeTasks, cycleThrough } from './analyze.ts';
import { task } from './graph.test-support.ts';

const NOTHING = {
  done: [],
  running: [],
  ready: [],
  blocked: [],
  unreachable: [],
  criticalPath: [],
  cycles: [],
  dangling: [],
};

test('sorts a plan in progress', () => {
  const analysis = analyzeTasks([
    task('fetch', [], 'COMPLETED'),
    task('clean', ['fetch'], 'IN_PROGRESS'),
    task('label', ['fetch', 'expired', 'expired']),
    task('train', ['label', 'fetch', 'clean', 'label']),
    task('license', [], 'CANCELLED'),
    task('publish', ['train', 'license']),
    task('announce', ['publish']),
  ]);
  expect(analysis).toEqual({
    ...NOTHING,
    done: ['fetch', 'license'],
    running: ['clean'],
    ready: ['label'],
    blocked: [{ id: 'train', by: ['label', 'clean'] }],
    unreachable: [
      { id: 'publish', because: ['license'] },
      { id: 'announce', because: ['license'] },
    ],
    criticalPath: ['clean', 'train'],
    dangling: [{ id: 'label', missing: ['expired'] }],
  });
});

test('an empty plan', () => expect(analyzeTasks([])).toEqual(NOTHING));

test('a failure affects dependents through failed tasks, but not through completed or running ones', () => {
  const analysis = analyzeTasks([
    task('deep', [], 'CANCELLED'),
    task('failed', ['deep'], 'FAILED'),
    task('completed', ['failed'], 'COMPLETED'),
    task('running', ['failed'], 'IN_PROGRESS'),
    task('after completed', ['completed']),
    task('after running', ['running']),
    task('after failed', ['failed']),
  ]);
  expect(analysis.ready).toEqual(['after completed']);
  expect(analysis.blocked).toEqual([{ id: 'after running', by: ['running'] }]);
  expect(analysis.unreachable).toEqual([{ id: 'after failed', because: ['deep', 'failed'] }]);
});

test('a task that is blocked or of unknown status is never ready, and names its blockers', () => {
  const blockedBy = ['reviewer', 'open', 'over'];
  const { blocked, ready } = analyzeTasks([
    task('over', [], 'COMPLETED'),
    task('open'),
    task('silent', ['over'], 'BLOCKED'),
    { ...task('by hand', ['open'], 'BLOCKED'), blockedBy },
    { ...task('unknown', [], 'UNKNOWN'), blockedBy },
    { ...task('pending again'), blockedBy },
  ]);
  expect(blocked).toEqual([
    { id: 'silent', by: [] },
    { id: 'by hand', by: ['open', 'reviewer'] },
    { id: 'unknown', by: ['reviewer', 'open'] },
  ]);
  expect(ready).toEqual(['open', 'pending again']);
});

test('a cycle blocks its tasks and is reported once, each task depending on the next', () => {
  const analysis = analyzeTasks([
    task('b', ['b', 'c']),
    task('a', ['a', 'b']),
    task('c', ['a', 'free']),
    task('own', ['own']),
    task('after', ['own']),
    task('free'),
  ]);
  expect(analysis.cycles).toEqual([['b', 'c', 'a'], ['own']]);
  expect(analysis.ready).toEqual(['free']);
  expect(analysis.blocked.find(({ id }) => id === 'a')).toEqual({ id: 'a', by: ['a', 'b'] });
  expect(analysis.criticalPath).toEqual(['free']);
});

test('a cycle with a completed task is reported but blocks no task', () => {
  const { cycles, ready } = analyzeTasks([task('a', ['b']), task('b', ['a'], 'COMPLETED')]);
  expect(cycles).toEqual([['a', 'b']]);
  expect(ready).toEqual(['a']);
});

test('of equally long chains the first in the input is chosen; of one id the last node counts', () => {
  const nodes = [
    task('end', [], 'FAILED'),
    task('late'),
    task('z', ['y', 'x']),
    task('x'),
    task('y'),
    task('end', ['late']),
  ];
  expect(analyzeTasks(nodes)).toMatchObject({ done: [], criticalPath: ['late', 'end'] });
  expect(analyzeTasks(nodes.slice(2, 5)).criticalPath).toEqual(['x', 'z']);
});

test('cycleThrough finds the cycle that new prerequisites would close', () => {
  const nodes = [task('a', ['b']), task('b', ['c', 'd']), task('c', ['d']), task('d', ['d', 'gone'])];
  expect(cycleThrough(nodes, 'd', ['a'])).toEqual(['d', 'a', 'b']);
  expect(cycleThrough(nodes, 'd', ['c', 'd'])).toEqual(['d']);
  expect(cycleThrough(nodes, 'd', [])).toBeUndefined();
  expect(cycleThrough(nodes, 'a', ['c'])).toBeUndefined();
  expect(cycleThrough(nodes, 'gone', ['a'])).toEqual(['gone', 'a', 'b', 'd']);
});

test('a chain much longer than the call stack is deep', () => {
  const DEPTH = 100_000;
  const chain = Array.from({ length: DEPTH }, (_, at) => task(`${at}`, at === 0 ? [] : [`${at - 1}`]));
  const free = analyzeTasks(chain.toReversed());
  expect(free.ready).toEqual(['0']);
  expect(free.criticalPath).toHaveLength(DEPTH);
  const stuck = analyzeTasks([...chain.slice(1), task('0', [], 'FAILED')]);
  expect(stuck.unreachable).toHaveLength(DEPTH - 1);
  expect(analyzeTasks([...chain, task('0', [`${DEPTH - 1}`])]).cycles[0]).toHaveLength(DEPTH);
  expect(cycleThrough(chain, '0', [`${DEPTH - 1}`])).toHaveLength(DEPTH);
});
