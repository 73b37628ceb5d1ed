import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../simulator/index.ts';
import { probeQuantConnect } from '../../../src/probe/probe.ts';
import { MAX_QUANTCONNECT_CALLS } from '../../../src/probe/quantconnect/ask.ts';
import { anyReplacement, replacingOneMember } from '../../support/hostile-answers.ts';
import { PROBE_OPTIONS, QUANTCONNECT_ACCOUNT, startFilledSimulator } from '../../support/probe-world.ts';
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

function probe(more: Partial<typeof QUANTCONNECT_ACCOUNT> | { organizationId: null } = {}) {
  return probeQuantConnect(
    { baseUrl: `${proxy.url}/api/v2`, ...QUANTCONNECT_ACCOUNT, ...more },
    PROBE_OPTIONS,
  );
}

/** The assumptions that are not held, as `id status`. */
async function findings(): Promise<string[]> {
  const { assumptions } = await probe();
  return assumptions.flatMap(({ id, status }) => (status === 'held' ? [] : [`${id} ${status}`]));
}

/** Rewrites the answers of one path. */
function at(path: string, rewrite: Rewrite): Rewrite {
  return (exchange) => {
    if (exchange.path === `/api/v2/${path}`) rewrite(exchange);
  };
}
/** Rewrites each object of a kind, wherever it is answered. */
function each(
  kind: 'agent' | 'task' | 'deployment' | 'conversation',
  rewrite: (object: Json) => void,
): Rewrite {
  return ({ json }) => {
    if (typeof json !== 'object') return;
    for (const object of [json[kind], json[`${kind}s`]].flat()) if (object) rewrite(object);
  };
}
function eachPart(rewrite: (part: Json) => void): Rewrite {
  return each('conversation', ({ messages }) => {
    for (const { parts } of messages) for (const part of parts) rewrite(part);
  });
}
const isUnknownAgent = ({ asked }: Exchange) => asked?.agentId === 2_147_483_647;
const isUnknownOrganization = ({ asked }: Exchange) => asked?.organizationId === 'f'.repeat(32);
/** Only the old signature is refused. */
const isOldSignature = ({ path, status }: Exchange) => path.endsWith('/authenticate') && status === 401;
function when(matches: (exchange: Exchange) => boolean, change: Partial<Exchange>): Rewrite {
  return (exchange) => {
    if (matches(exchange)) Object.assign(exchange, change);
  };
}

/** A rewrite of the answers for each assumption, and what the probe says: only that assumption is not held. */
const BREAKS: [id: string, status: 'broken' | 'new', rewrite: Rewrite, undecided?: string[]][] = [
  [
    'signature-lifetime',
    'broken',
    when(isOldSignature, { status: 200, json: { success: true } }),
    ['refused-signature-shapes'],
  ],
  ['refused-signature-shapes', 'broken', when(isOldSignature, { status: 403, json: 'no' })],
  [
    'body-may-be-no-json',
    'broken',
    at('agents/deployments/read', (exchange) => {
      exchange.json = '<html></html>';
    }),
  ],
  ['success-may-be-missing', 'broken', at('agents/tasks/list', ({ json }) => delete json.success)],
  ['failure-envelope-is-200', 'broken', when(isUnknownAgent, { status: 404 })],
  [
    'error-text-place',
    'broken',
    when(isUnknownAgent, { json: { success: false, errors: [], message: 'There is none' } }),
  ],
  ['organization-of-ids', 'broken', when(isUnknownOrganization, { status: 403 })],
  [
    'unknown-path-is-404',
    'broken',
    at('agents/unknown/read', (exchange) =>
      Object.assign(exchange, { status: 200, json: { success: false, errors: ['unknown'] } }),
    ),
  ],
  [
    'throttle-shapes',
    'new',
    at('agents/list', ({ headers }) => {
      headers['x-ratelimit-remaining'] = '17';
    }),
  ],
  [
    'unknown-fields',
    'new',
    each('task', (task) => {
      task.priority = 17;
    }),
  ],
  [
    'member-types',
    'broken',
    each('agent', (agent) => {
      agent.systemPrompt = { text: 'x' };
    }),
  ],
  [
    'status-vocabulary',
    'new',
    each('deployment', (deployment) => {
      if (deployment.status === 'Completed') deployment.status = 'Hibernating';
    }),
  ],
  [
    'effort-vocabulary',
    'new',
    each('agent', (agent) => {
      agent.reasoningEffort = 'extreme';
    }),
  ],
  [
    'project-preference-open',
    'new',
    each('task', (task) => {
      task.projectPreference = 'project-none';
    }),
  ],
  ['llm-key-on-read', 'broken', each('agent', ({ token }) => delete token?.llmApiTokenUser)],
  [
    'loose-types',
    'broken',
    each('deployment', (deployment) => {
      deployment.agentId = String(deployment.agentId);
    }),
  ],
  [
    'times-are-utc',
    'broken',
    each('deployment', (deployment) => {
      deployment.created = `${deployment.created.replace(' ', 'T')}Z`;
    }),
  ],
  [
    'unpublished-objects',
    'broken',
    each('conversation', (conversation) => {
      conversation.chatMessages = { first: 1 };
    }),
  ],
  [
    'deployment-id-form',
    'broken',
    at('agents/deployments/read', ({ json }) => {
      json.deployment.deploymentId = 'B-17';
    }),
  ],
  [
    'ended-when-over',
    'broken',
    each('deployment', (deployment) => {
      if (deployment.status === 'Completed') deployment.ended = null;
    }),
  ],
  [
    'runtime-error-when-failed',
    'broken',
    each('deployment', (deployment) => {
      deployment.runtimeError = null;
    }),
  ],
  [
    'active-deployments-in-task',
    'broken',
    each('task', ({ status }) => {
      status.length = 0;
    }),
  ],
  [
    'active-deployments-in-task',
    'broken',
    each('task', ({ status }) => {
      status[0].status = 'Stopped';
    }),
  ],
  [
    'list-order',
    'broken',
    each('task', (task) => {
      task.deployments = 17;
    }),
  ],
  [
    'conversation-absent',
    'broken',
    at('agents/deployments/conversation/read', ({ json }) => {
      json.conversation ??= { messages: [] };
    }),
  ],
  [
    'message-time',
    'broken',
    each('conversation', ({ messages }) => {
      for (const message of messages) message.time = 17;
    }),
  ],
  [
    'unknown-parts',
    'new',
    eachPart((part) => {
      if (part.type === 'reasoning') part.type = 'hologram';
    }),
  ],
  [
    'tool-output-shape',
    'broken',
    eachPart((part) => {
      if (part.output) part.output = { result: 'ok' };
    }),
  ],
  [
    'callable-ids',
    'broken',
    each('conversation', ({ agents }) => {
      for (const agent of agents) delete agent.callableId;
    }),
  ],
];

test('every assumption is held by the simulator, within the stated number of calls', async () => {
  expect(await findings()).toEqual([]);
  expect(proxy.requests.length).toBeLessThanOrEqual(MAX_QUANTCONNECT_CALLS);
  expect(proxy.requests).toHaveLength(14);
});

test('nothing but reads is sent', async () => {
  await findings();
  const paths = new Set(proxy.requests.map((request) => request.replace('POST /api/v2/', '')));
  for (const path of paths) expect(path).toMatch(/^authenticate$|\/(list|read)$/);
});

describe('one broken assumption', () => {
  test.each(BREAKS)('%s is %s, and no other', async (id, status, rewrite, undecided = []) => {
    proxy.rewrite(rewrite);
    const expected = [`${id} ${status}`, ...undecided.map((other) => `${other} undecided`)];
    // What was not held before the break does not count, and what the break hides is undecided.
    const found = await findings();
    expect(found.filter((finding) => !finding.endsWith(' undecided'))).toEqual([`${id} ${status}`]);
    expect(found).toEqual(expect.arrayContaining(expected));
  });

  test('every assumption has its break, but for the one about the credential', async () => {
    const { assumptions } = await probe();
    const broken = new Set(BREAKS.map(([id]) => id));
    expect([...broken, 'signing'].sort()).toEqual(assumptions.map(({ id }) => id).sort());
  });
});

describe('a new word', () => {
  const detailOf = async (status: string) => {
    proxy.rewrite(
      each('deployment', (deployment) => {
        deployment.status = status;
      }),
    );
    const { assumptions } = await probe();
    return assumptions.find(({ id }) => id === 'status-vocabulary')?.detail;
  };

  test('is shown when it is made of letters', async () => {
    expect(await detailOf('Waiting For Node')).toBe('"Waiting For Node"');
  });

  test.each(['A-99bd84b60376ecda56c1145b2074ca32', 'jane@example.com', 'x'.repeat(40), 'plain agent'])(
    'is not shown when it may be a value: %s',
    async (status) => {
      expect(await detailOf(status)).toBe('a text that is not shown');
    },
  );
});

describe('when it cannot be asked', () => {
  const statuses = async (more?: Parameters<typeof probe>[0]) => {
    const { assumptions } = await probe(more);
    return new Map(assumptions.map(({ id, status, detail }) => [id, `${status}: ${detail}`]));
  };

  test('with a refused credential, signing is broken, and nothing else is asked', async () => {
    const found = await statuses({ apiToken: 'wrong' });
    expect(found.get('signing')).toMatch(/^broken: HTTP 401.*the stored token is wrong/);
    expect(found.get('list-order')).toBe('undecided: not asked, because authenticate was refused');
    expect(proxy.requests).toHaveLength(1);
  });

  test('with a clock that is wrong by hours, it signs again by the clock of the upstream', async () => {
    simulator.clock.setSkew(5 * 3_600_000);
    const found = await findings();
    simulator.clock.setSkew(0);
    expect(found).toEqual([]);
    expect(proxy.requests).toHaveLength(15);
  });

  test('after a request for a pause, it asks no more', async () => {
    proxy.rewrite(at('agents/tasks/list', (exchange) => Object.assign(exchange, { status: 429, json: '' })));
    const found = await statuses();
    expect(found.get('signing')).toMatch(/^held/);
    expect(found.get('failure-envelope-is-200')).toBe(
      'undecided: tasks/list was answered with a request for a pause, so nothing more was asked',
    );
    expect(found.get('list-order')).toBe(found.get('failure-envelope-is-200'));
    expect(proxy.requests.at(-1)).toBe('POST /api/v2/agents/tasks/list');
  });

  test('without an organization, only what needs none is decided', async () => {
    const found = await statuses({ organizationId: null });
    expect(found.get('signature-lifetime')).toMatch(/^held/);
    expect(found.get('list-order')).toMatch(/^undecided/);
    expect([...found.values()].filter((value) => value.startsWith('broken'))).toEqual([]);
  });

  test('in an empty organization, what is about objects is undecided', async () => {
    await using empty = await startRewritingProxy(simulator.quantCdnUrl);
    empty.rewrite(({ json }) => {
      for (const name of ['agents', 'tasks']) if (json?.[name]) json[name] = [];
    });
    const { assumptions } = await probeQuantConnect(
      { baseUrl: `${empty.url}/api/v2`, ...QUANTCONNECT_ACCOUNT },
      PROBE_OPTIONS,
    );
    expect(assumptions.filter(({ status }) => status === 'broken' || status === 'new')).toEqual([]);
    const detailOf = (name: string) => assumptions.find(({ id }) => id === name)?.detail;
    expect(detailOf('status-vocabulary')).toBe('there is no deployment to look at');
    expect(detailOf('list-order')).toBe('there is no task to look at');
    expect(detailOf('conversation-absent')).toBe('no deployment is queued');
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
