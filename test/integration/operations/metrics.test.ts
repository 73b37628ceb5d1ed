import { describe, expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { scrape } from '../../support/metrics.ts';
import { openEvents } from '../../support/sse-client.ts';

const METRICS = { env: { METRICS_PORT: '0' } };

/** The public names (docs/operate/observe.md, Metrics). */
const NAMES = [
  ...[
    'http_request_duration_seconds',
    'graphql_operation_duration_seconds',
    'upstream_call_duration_seconds',
  ],
  ...['upstream_attempts_total', 'upstream_shared_reads_total', 'upstream_budget_waiting'],
  ...['upstream_breaker_open', 'upstream_clock_offset_seconds', 'upstream_drift_total', 'watches'],
  ...['watch_lateness_seconds', 'watch_looks_total', 'events_appended_total', 'follower_lag_seconds'],
  ...['sockets', 'subscriptions', 'deliveries_total', 'socket_closes_total', 'webhook_deliveries_total'],
  ...['webhook_lag_seconds', 'sign_ins_total', 'store_query_duration_seconds', 'build_info'],
].map((name) => `quantgate_${name}`);

describe('metrics', () => {
  test('every name is there before anything has happened, on a port of its own', async () => {
    await using gateway = await bootGateway({ ...METRICS, polls: false });
    const { names, sum } = await scrape(gateway);
    expect(names).toEqual(expect.arrayContaining(NAMES));
    expect(names).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_heap_size_used_bytes']),
    );
    expect(sum('quantgate_build_info', { version: 'test' })).toBe(1);
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
    expect((await fetch(new URL('/', gateway.metricsUrl))).status).toBe(404);
    expect((await fetch(gateway.metricsUrl ?? '', { method: 'POST' })).status).toBe(405);
  });

  test('a deployment that is followed to its end is counted at each boundary, without an id in a label', async () => {
    await using gateway = await bootGateway(METRICS);
    const ada = await gateway.signUpWithCredential();
    const taskId = await ada.createTask();
    const deploymentId = await ada.deploy(taskId);
    const query = `subscription Follow ($id: ID!) { deploymentEvents(deploymentId: $id, untilTerminal: true) { type } }`;
    await ada.subscribe(query, { id: deploymentId }).rest();
    await using stream = await openEvents(
      `${gateway.url}/v1/deployments/${deploymentId}/events`,
      ada.tokens.accessToken,
    );
    await stream.next();
    const { samples, sum } = await scrape(gateway);
    const q = (name: string, labels?: Record<string, string>) => sum(`quantgate_${name}`, labels);
    expect({
      requests: q('http_request_duration_seconds_count', {
        method: 'POST',
        route: '/graphql',
        status: '200',
      }),
      signIns: q('sign_ins_total', { outcome: 'ok' }),
      follow: q('graphql_operation_duration_seconds_count', {
        operation_type: 'subscription',
        operation_name: 'Follow',
        outcome: 'ok',
      }),
      creates: q('upstream_call_duration_seconds_count', {
        provider: 'QUANTCONNECT',
        operation: 'agents/deployments/create',
        outcome: 'ok',
      }),
      created: q('events_appended_total', { type: 'CREATED' }),
      sockets: q('sockets', { transport: 'sse' }),
      closes: q('socket_closes_total'),
    }).toEqual({ requests: 4, signIns: 1, follow: 1, creates: 1, created: 1, sockets: 1, closes: 1 });
    for (const name of [
      'upstream_attempts_total',
      'watch_looks_total',
      'watch_lateness_seconds_count',
      'deliveries_total',
      'follower_lag_seconds_count',
      'store_query_duration_seconds_count',
    ])
      expect(q(name), name).toBeGreaterThan(0);
    expect(q('deliveries_total', { transport: 'sse' })).toBeGreaterThan(0);
    expect(q('deliveries_total', { transport: 'websocket' })).toBeGreaterThan(0);
    const values = samples.flatMap(({ labels }) => Object.values(labels)).join('\n');
    expect(values).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|@/);
    expect(values).not.toContain(deploymentId);
  });

  test('an upstream that fails: its calls have the code as outcome, and the breaker is open', async () => {
    await using gateway = await bootGateway({ ...METRICS, polls: false });
    const ada = await gateway.signUpWithCredential();
    await gateway.simulator.close();
    for (let n = 0; n < 3; n += 1) await ada.graphql('query Broken { agents { id } }');
    const { sum } = await scrape(gateway);
    const provider = 'QUANTCONNECT';
    const outcome = 'UPSTREAM_UNAVAILABLE';
    expect(sum('quantgate_upstream_attempts_total', { provider, outcome })).toBe(5);
    expect(sum('quantgate_upstream_call_duration_seconds_count', { provider, outcome })).toBe(3);
    expect(sum('quantgate_upstream_breaker_open', { provider })).toBe(1);
    expect(sum('quantgate_upstream_owner_breakers_open', { provider })).toBe(1);
    expect(sum('quantgate_upstream_breaker_open', { provider: 'QUANTCDN' })).toBe(0);
    expect(
      sum('quantgate_graphql_operation_duration_seconds_count', { operation_name: 'Broken', outcome }),
    ).toBe(3);
  });

  test('names of operations beyond the share of a user are `other`', async () => {
    await using gateway = await bootGateway({ ...METRICS, polls: false });
    const ada = await gateway.signUp();
    for (let n = 0; n < 55; n += 1) await ada.graphql(`query Name${n} { viewer { id } }`);
    const grace = await gateway.signUp('grace@example.com');
    await grace.graphql('query Hers { viewer { id } }');
    const { sum } = await scrape(gateway);
    const count = (operation_name: string) =>
      sum('quantgate_graphql_operation_duration_seconds_count', { operation_name });
    expect([count('Name49'), count('Name50'), count('other'), count('Hers')]).toEqual([1, 0, 5, 1]);
  });

  test('equal reads of one user are counted as shared', async () => {
    await using gateway = await bootGateway({ ...METRICS, polls: false });
    const ada = await gateway.signUpWithCredential();
    gateway.simulator.faults.add({ kind: 'slow', delayMs: 50 });
    await Promise.all(Array.from({ length: 4 }, () => ada.ask('{ agents { id } }')));
    const { sum } = await scrape(gateway);
    const calls = sum('quantgate_upstream_call_duration_seconds_count', { operation: 'agents/list' });
    expect(calls + sum('quantgate_upstream_shared_reads_total')).toBe(4);
    expect(calls).toBeLessThan(4);
  });
});
