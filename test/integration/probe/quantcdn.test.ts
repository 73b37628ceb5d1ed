import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../simulator/index.ts';
import { probeQuantCdn } from '../../../src/probe/probe.ts';
import { MAX_QUANTCDN_CALLS } from '../../../src/probe/quantcdn/ask.ts';
import { anyReplacement, replacingOneMember } from '../../support/hostile-answers.ts';
import { PROBE_OPTIONS, QUANTCDN_ACCOUNT, startFilledSimulator } from '../../support/probe-world.ts';
import {
  type Exchange,
  type Json,
  type Rewrite,
  type RewritingProxy,
  startRewritingProxy,
} from '../../support/rewriting-proxy.ts';

let simulator: Simulator;
let proxy: RewritingProxy;
beforeAll(async () => {
  simulator = await startFilledSimulator();
  proxy = await startRewritingProxy(simulator.quantCdnUrl);
});
beforeEach(() => {
  proxy.rewrite(() => undefined);
  proxy.requests.length = 0;
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await simulator.close();
});

function probe(more: Partial<typeof QUANTCDN_ACCOUNT> = {}) {
  return probeQuantCdn({ baseUrl: proxy.url, ...QUANTCDN_ACCOUNT, ...more }, PROBE_OPTIONS);
}

/** The assumptions that are not held, as `id status`. */
async function findings(): Promise<string[]> {
  const { assumptions } = await probe();
  return assumptions.flatMap(({ id, status }) => (status === 'held' ? [] : [`${id} ${status}`]));
}

/** Rewrites the answers of requests that match. */
function at(pattern: RegExp, rewrite: Rewrite): Rewrite {
  return (exchange) => {
    if (pattern.test(exchange.path)) rewrite(exchange);
  };
}
function change(pattern: RegExp, to: Partial<Exchange>): Rewrite {
  return at(pattern, (exchange) => Object.assign(exchange, to));
}
/** Rewrites each task, in lists and alone. */
function eachTask(rewrite: (task: Json) => void): Rewrite {
  return ({ json, status }) => {
    if (status !== 200 || typeof json !== 'object') return;
    for (const task of json.tasks ?? (json.title === undefined ? [] : [json])) rewrite(task);
  };
}
const graph = (rewrite: (json: Json) => void): Rewrite =>
  at(/list\/dependency-graph$/, ({ json }) => rewrite(json));

const LIST = /\/ai\/tasks\?limit=100$/;
const LIMITED = /organizations\/acme\/ai\/tasks\?limit=1$/;
const UNKNOWN_TASK = /\/ai\/tasks\/ffffffff-[\w-]+$/;
const UNKNOWN_LIST = /\/unknown-[\w-]+\/dependency-graph$/;
const UNKNOWN_ORGANISATION = /organizations\/unknown-/;

/** A rewrite of the answers for each assumption, and what the probe says: only that assumption is not held. */
const BREAKS: [id: string, status: 'broken' | 'new', rewrite: Rewrite][] = [
  ['missing-token', 'broken', change(/\/acme\/ai\/tasks$/, { status: 403 })],
  ['not-found-of-organisation', 'broken', change(UNKNOWN_ORGANISATION, { status: 401 })],
  ['unknown-task-is-404', 'broken', change(UNKNOWN_TASK, { status: 400 })],
  ['wrong-filter', 'broken', change(/status=unknown/, { status: 422 })],
  ['error-bodies', 'broken', change(UNKNOWN_TASK, { json: { code: 'NOT_FOUND', message: 'There is none' } })],
  [
    'error-under-success',
    'broken',
    change(/includeDetails/, { json: { error: true, message: 'try later', tasks: [{}] } }),
  ],
  [
    'rate-limits',
    'new',
    at(LIST, ({ headers }) => {
      headers['ratelimit-remaining'] = '17';
    }),
  ],
  [
    'unknown-fields',
    'new',
    eachTask((task) => {
      task.priority = 17;
    }),
  ],
  [
    'member-types',
    'broken',
    eachTask((task) => {
      task.title = { text: 'x' };
    }),
  ],
  [
    'list-cut-at-limit',
    'broken',
    at(LIMITED, ({ json }) => {
      json.tasks = [json.tasks[0], json.tasks[0]];
      json.count = 2;
    }),
  ],
  [
    'count-meaning',
    'broken',
    at(LIMITED, ({ json }) => {
      json.count = 3;
    }),
  ],
  [
    'filters',
    'broken',
    at(/taskListId=/, ({ json }) => {
      json.tasks[0].status = 'failed';
    }),
  ],
  [
    'filters',
    'broken',
    at(/taskListId=/, ({ json }) => {
      json.tasks[0].taskListId = 'another';
    }),
  ],
  ['list-order', 'broken', at(LIST, ({ json }) => json.tasks.reverse())],
  ['list-by-dependency', 'broken', at(/dependsOn=[\w-]+$/, ({ json }) => delete json.count)],
  ['include-details', 'broken', at(/includeDetails/, ({ json }) => delete json.tasks)],
  [
    'status-vocabulary',
    'new',
    eachTask((task) => {
      if (task.status === 'blocked') task.status = 'hibernating';
    }),
  ],
  ['every-field-optional', 'broken', at(/\/ai\/tasks\/[\w-]+$/, ({ json }) => delete json.assignedAgentId)],
  [
    'loose-types',
    'broken',
    eachTask((task) => {
      task.createdAt = String(task.createdAt);
    }),
  ],
  [
    'json-inside-text',
    'broken',
    eachTask((task) => {
      if (task.metadata) task.metadata = JSON.stringify(task.metadata);
    }),
  ],
  [
    'free-objects',
    'broken',
    eachTask((task) => {
      if (task.metadata) task.metadata = ['x'];
    }),
  ],
  [
    'task-id-form',
    'broken',
    at(LIST, ({ json }) => {
      json.tasks[1].blockedByTaskIds = ['task-17'];
    }),
  ],
  [
    'list-item-size',
    'broken',
    at(LIST, ({ json }) => {
      json.tasks[0].dependsOn = [];
    }),
  ],
  [
    'time-units',
    'broken',
    eachTask((task) => {
      if (task.expiresAt) task.expiresAt = Math.floor(task.expiresAt / 1_000);
    }),
  ],
  [
    'progress-scale',
    'broken',
    eachTask((task) => {
      task.progress = 50;
    }),
  ],
  [
    'status-times',
    'broken',
    eachTask((task) => {
      if (task.status === 'blocked' && task.metadata) task.blockedAt = null;
    }),
  ],
  [
    'expiry',
    'broken',
    eachTask((task) => {
      if (task.expiresAt) task.expiresAt += 86_400_000;
    }),
  ],
  [
    'graph-shape',
    'broken',
    graph((json) => {
      json.graph = Object.values(json.graph);
    }),
  ],
  [
    'graph-is-whole',
    'broken',
    graph((json) => {
      json.taskCount = 17;
    }),
  ],
  [
    'graph-ends',
    'broken',
    graph((json) => {
      json.roots = [];
    }),
  ],
  [
    'unknown-list-is-empty',
    'broken',
    change(UNKNOWN_LIST, { status: 404, json: { error: true, message: '' } }),
  ],
];

test('every assumption is held by the simulator, within the stated number of calls', async () => {
  expect(await findings()).toEqual([]);
  expect(proxy.requests).toHaveLength(MAX_QUANTCDN_CALLS);
});

test('nothing but reads is sent', async () => {
  await findings();
  for (const request of proxy.requests) expect(request).toMatch(/^GET /);
});

describe('one broken assumption', () => {
  test.each(BREAKS)('%s is %s, and no other', async (id, status, rewrite) => {
    proxy.rewrite(rewrite);
    const found = await findings();
    expect(found.filter((finding) => !finding.endsWith(' undecided'))).toEqual([`${id} ${status}`]);
  });

  test('every assumption has its break, but for those about the token', async () => {
    const { assumptions } = await probe();
    const broken = new Set(BREAKS.map(([id]) => id));
    expect([...broken, 'token'].sort()).toEqual(assumptions.map(({ id }) => id).sort());
  });
});

describe('when it cannot be asked', () => {
  const statuses = async (more?: Parameters<typeof probe>[0]) => {
    const { assumptions } = await probe(more);
    return new Map(assumptions.map(({ id, status, detail }) => [id, `${status}: ${detail}`]));
  };

  test('with a refused token, that is broken, and nothing else is asked', async () => {
    const found = await statuses({ apiToken: 'wrong' });
    expect(found.get('token')).toBe('broken: HTTP 401, or the stored token is wrong');
    expect(found.get('list-cut-at-limit')).toBe('undecided: listTasks answered HTTP 401');
    expect(found.get('graph-ends')).toBe('undecided: not asked, because the token was refused');
    expect(proxy.requests).toHaveLength(1);
  });

  test('after a request for a pause, it asks no more', async () => {
    proxy.rewrite(change(LIMITED, { status: 429, json: '' }));
    const found = await statuses();
    expect(found.get('unknown-task-is-404')).toBe(
      'undecided: listTasks with limit 1 was answered with a request for a pause, so nothing more was asked',
    );
    expect(proxy.requests).toHaveLength(2);
  });

  test('without any task, what is about tasks is undecided', async () => {
    proxy.rewrite(change(/\/acme\/ai\/tasks\?/, { json: { tasks: [], count: 0 } }));
    const { assumptions } = await probe();
    expect(assumptions.filter(({ status }) => status === 'broken' || status === 'new')).toEqual([]);
    expect(assumptions.find(({ id }) => id === 'expiry')).toMatchObject({ status: 'undecided' });
  });
});

test('whatever stands in an answer, the probe ends with a verdict for each assumption', async () => {
  const { assumptions } = await probe();
  await fc.assert(
    fc.asyncProperty(anyReplacement, async ([seed, value]) => {
      proxy.rewrite(replacingOneMember(seed, value));
      expect((await probe()).assumptions).toHaveLength(assumptions.length);
    }),
    { numRuns: 60 },
  );
}, 60_000);
