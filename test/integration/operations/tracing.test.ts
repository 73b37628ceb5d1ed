import { expect, test } from 'vitest';
import { seededAccount, startSimulator } from '../../../simulator/index.ts';
import { bootGateway, type GatewayOptions } from '../../support/gateway.ts';
import { type ReceivedSpan, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { startGateway, temporaryFolder } from '../../support/process.ts';
import { recordingProxy } from '../../support/recording-proxy.ts';
import { openEvents } from '../../support/sse-client.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const BROWSER = '00f067aa0ba902b7';

/** What spans may say. Anything else is a decision of its own: see docs/decisions. */
const ATTRIBUTES = new Set([
  'error.type',
  'graphql.field.path',
  'graphql.operation.name',
  'graphql.operation.type',
  'http.request.method',
  'http.request.resend_count',
  'http.response.status_code',
  'http.route',
  'network.protocol.version',
  'quantgate.request.id',
  'quantgate.upstream',
  'quantgate.watch.failures',
  'quantgate.watch.kind',
  'server.address',
  'server.port',
  'url.scheme',
  'url.template',
]);

/** A gateway that sends its traces to a receiver. */
async function bootTraced(options: GatewayOptions = {}) {
  await using started = new AsyncDisposableStack();
  const receiver = started.use(await startOtlpReceiver());
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...options.env };
  const gateway = started.use(await bootGateway({ ...options, env }));
  const stack = started.move();
  return {
    receiver,
    gateway,
    /** All spans that have ended so far. */
    async spans(): Promise<ReceivedSpan[]> {
      await gateway.deps.tracer.flush();
      return receiver.spans;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The spans of a trace as `name < name of the parent`, in the order of their ends. */
function tree(spans: readonly ReceivedSpan[], traceId: string): string[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans
    .filter((span) => span.traceId === traceId)
    .map(({ name, parentSpanId = '' }) => `${name} < ${names.get(parentSpanId) ?? parentSpanId}`);
}

test("a browser's trace goes through request, operation and resolver to each attempt upstream", async () => {
  await using traced = await bootTraced({ polls: false });
  const { gateway } = traced;
  const ada = await gateway.signUpWithCredential();
  gateway.simulator.faults.add({ kind: 'status503', match: { path: '/agents/list' } });

  const answer = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ada.tokens.accessToken}`,
      'content-type': 'application/json',
      traceparent: `00-${TRACE_ID}-${BROWSER}-01`,
      tracestate: 'vendor=1',
    },
    body: JSON.stringify({ query: 'query Agents { viewer { id } agents { id } }' }),
  });
  expect(await answer.json()).not.toHaveProperty('errors');

  const spans = await traced.spans();
  expect(tree(spans, TRACE_ID)).toEqual([
    'POST agents/list < Query.agents',
    'POST agents/list < Query.agents',
    'Query.agents < query',
    'query < POST /graphql',
    `POST /graphql < ${BROWSER}`,
  ]);
  const [failed, worked, , operation, request] = spans.filter(({ traceId }) => traceId === TRACE_ID);
  expect(failed).toMatchObject({
    kind: 3,
    status: 2,
    attributes: { 'error.type': 'UPSTREAM_THROTTLED', 'http.response.status_code': 503 },
  });
  expect(worked).toMatchObject({
    status: 0,
    attributes: {
      'http.request.method': 'POST',
      'http.request.resend_count': 1,
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
    },
  });
  expect(operation?.attributes).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Agents',
  });
  expect(request).toMatchObject({
    kind: 2,
    attributes: { 'http.route': '/graphql', 'http.response.status_code': 200 },
  });
});

test('a refused operation is marked by its code, and the request of a health check is no span', async () => {
  await using traced = await bootTraced({ polls: false });
  const ada = await traced.gateway.signUp();

  await fetch(`${traced.gateway.url}/healthz`);
  await ada.graphql('{ agents { id } }');

  const spans = await traced.spans();
  expect(spans.find(({ name }) => name === 'query')).toMatchObject({
    status: 2,
    attributes: { 'error.type': 'CREDENTIAL_MISSING' },
  });
  expect(spans.map(({ name }) => name).filter((name) => name.includes('healthz'))).toEqual([]);
});

test('the delivery of an event is linked to the poll that has found it, live, late, and over REST', async () => {
  await using traced = await bootTraced();
  const { gateway } = traced;
  const ada = await gateway.signUpWithCredential();
  const deploymentId = await ada.deploy(await ada.createTask());
  const follow =
    'subscription ($id: ID!, $after: ID) { deploymentEvents(deploymentId: $id, after: $after, untilTerminal: true) { id } }';
  for (const after of ['0', '1']) {
    await using events = ada.subscribe(follow, { id: deploymentId, after });
    await events.rest();
  }
  const token = ada.tokens.accessToken;
  const url = `${gateway.url}/v1/deployments/${deploymentId}/events?untilTerminal=true`;
  await using stream = await openEvents(url, token);
  await stream.events.rest();

  const spans = await traced.spans();
  const named = (prefix: string) => spans.filter(({ name }) => name.startsWith(prefix));
  const polls = named('poll DEPLOYMENTS');
  const traceOf = new Map(spans.map(({ spanId, traceId }) => [spanId, traceId]));
  const lookUps = named('POST agents/tasks/list').filter(({ parentSpanId }) =>
    polls.some(({ spanId }) => spanId === parentSpanId),
  );
  expect(lookUps.length).toBeGreaterThan(0);
  for (const prefix of ['deliver deploymentEvents', 'deliver /v1/deployments/:deploymentId/events']) {
    const deliveries = named(prefix);
    expect(deliveries.length).toBeGreaterThan(1);
    // The event CREATED was written by the request that deployed, all others by polls.
    const writers = deliveries.map(({ links }) => links[0]?.traceId);
    expect(writers.filter((id) => polls.some(({ traceId }) => traceId === id)).length).toBeGreaterThan(0);
    for (const { links, traceId } of deliveries) {
      expect(links.map((link) => traceOf.get(link.spanId))).toEqual(links.map((link) => link.traceId));
      expect(links.map((link) => link.traceId)).not.toContain(traceId);
    }
  }
});

test('traces hold no secret and no attribute that is not known here, and upstreams see nothing of them', async () => {
  await using receiver = await startOtlpReceiver();
  await using started = new AsyncDisposableStack();
  const simulator = await startSimulator({ pace: 'fast' });
  started.defer(() => simulator.close());
  await using proxy = await recordingProxy(simulator.url);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, QUANTCONNECT_BASE_URL: proxy.url };
  {
    await using gateway = await bootGateway({ upstream: simulator, env });
    const ada = await gateway.signUpWithCredentials('ada@example.com');
    const id = await ada.deploy(await ada.createTask('Buy and hold SPY'));
    await using events = ada.subscribe(
      'subscription ($id: ID!) { deploymentEvents(deploymentId: $id, untilTerminal: true) { id } }',
      { id },
    );
    await events.rest();
    await ada.request('/v1/ai-tasks');
  }

  expect(proxy.headerNames).toContain('timestamp');
  expect(proxy.headerNames).not.toContain('traceparent');
  // Closing the gateway has sent everything.
  expect(receiver.spans.map(({ name }) => name)).toContain('GET /v1/ai-tasks');
  expect(receiver.spans.map(({ name }) => name)).toContain('GET ai/tasks');
  const names = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
  expect([...names].filter((name) => !ATTRIBUTES.has(name))).toEqual([]);
  for (const secret of [seededAccount.apiToken, seededAccount.userId, 'ada@example.com', 'Buy and hold'])
    expect(receiver.text()).not.toContain(secret);
});

test('a collector that refuses, or is away, is said once and holds up nothing', async () => {
  await using traced = await bootTraced({ polls: false });
  const { gateway, receiver } = traced;
  const ada = await gateway.signUp();
  const ask = async (): Promise<void> => {
    expect(await ada.ask('{ viewer { email } }')).toEqual({ viewer: { email: 'ada@example.com' } });
    await gateway.deps.tracer.flush();
  };
  const count = (text: string) => gateway.logLines.filter((line) => line.includes(text)).length;

  receiver.refuse(true);
  await ask();
  await ask();
  expect(count('traces not taken')).toBe(1);
  receiver.refuse(false);
  await ask();
  expect(count('traces are taken again')).toBe(1);
  await receiver[Symbol.asyncDispose]();
  await ask();
  expect(count('traces not taken')).toBeLessThanOrEqual(2);
});

/** Runs the gateway as a process, with one refused request. @returns what of OpenTelemetry it has loaded */
async function runProcess(env: Record<string, string>): Promise<string[]> {
  await using folder = await temporaryFolder();
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(specifier, context, next) {
      if (specifier.includes('opentelemetry')) process.stderr.write(specifier + '\\n');
      return next(specifier, context);
    } });`;
  await using gateway = await startGateway({
    PORT: '0',
    DATA_DIR: `${folder.path}/data`,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
    ...env,
  });
  await fetch(`${gateway.url}/v1/me`);
  const { code, stderr } = await gateway.end('SIGTERM');
  expect(code).toBe(0);
  return stderr.split('\n').filter(Boolean);
}

test('a process sends its last spans before it ends, as the variables of the SDK say', async () => {
  await using receiver = await startOtlpReceiver();

  const loaded = await runProcess({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=quants',
    OTEL_SERVICE_NAME: 'gate',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });

  expect(loaded).toContain('@opentelemetry/sdk-trace');
  expect(receiver.spans).toMatchObject([
    { name: 'GET /v1/me', attributes: { 'http.response.status_code': 401 } },
  ]);
  expect(receiver.requests).toMatchObject([{ path: '/v1/traces', headers: { 'x-team': 'quants' } }]);
  expect(receiver.resources).toMatchObject([
    {
      'service.name': 'gate',
      'deployment.environment.name': 'test',
      'service.version': expect.any(String),
    },
  ]);
}, 60_000);

test('without its variable nothing of OpenTelemetry is loaded', async () => {
  expect(await runProcess({})).toEqual([]);
}, 60_000);
