import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { type LogLine, linesOf } from '../../support/log-lines.ts';
import { openProbe } from '../../support/socket-probe.ts';

/** Waits until the line is there: it is written after the answer has left. */
async function lineOf(gateway: Gateway, msg: string, fields: Record<string, unknown> = {}): Promise<LogLine> {
  for (;;) {
    const [line] = linesOf(gateway.logLines, msg, fields);
    if (line !== undefined) return line;
    await sleep(5);
  }
}

async function tokenOf(gateway: Gateway, scopes: string[], subject: string): Promise<string> {
  const post = async (path: string, body: object, token?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Record<string, string>;
  };
  const admin = await post('/v1/auth/login', ADMIN);
  const { id, secret } = await post('/v1/service-accounts', { name: 'nightly', scopes }, admin.accessToken);
  const { access_token: token = '' } = await post('/v1/auth/token', {
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
    requested_subject: subject,
  });
  return token;
}

describe('an upstream that cannot be reached', () => {
  const QUERY = 'query Mine { viewer { id } agents { id } }';

  test('is a warning with code, cause and calls, over REST, GraphQL, an event stream and a socket alike', async () => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUpWithCredential();
    await gateway.simulator.close();
    await ada.request('/v1/agents');
    await ada.graphql(QUERY);
    await ada.request('/graphql/stream', { method: 'POST', body: JSON.stringify({ query: QUERY }) });
    await ada
      .subscribe(QUERY)
      .rest()
      .catch(() => undefined);
    const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
    const lines = [
      await lineOf(gateway, 'request', { route: '/v1/agents' }),
      await lineOf(gateway, 'request', { route: '/graphql', operation: 'Mine' }),
      await lineOf(gateway, 'request', { route: '/graphql/stream' }),
      await lineOf(gateway, 'operation', { type: 'query' }),
    ];
    for (const line of lines)
      expect(line).toMatchObject({
        level: 'warn',
        requestId: expect.stringMatching(/./),
        userId: viewer.id,
        operation: line.route === '/v1/agents' ? 'listAgents' : 'Mine',
        codes: ['UPSTREAM_UNAVAILABLE'],
        upstreamCalls: 1,
        network: '127.0.0.1',
        ms: expect.any(Number),
      });
    expect(lines[0]).toMatchObject({ cause: expect.stringContaining('ECONNREFUSED') });
    expect(linesOf(gateway.logLines, 'request failed')).toEqual([]);
  });

  test('a credential is stored without verification: a warning, and a reason in every answer', async () => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUp();
    await gateway.simulator.close();
    const input = { provider: 'QUANTCONNECT', label: 'main', userId: '1', apiToken: 'a'.repeat(64) };
    const saved = await ada.post('/v1/credentials', input);
    const reason = { status: 'UNVERIFIED', verificationProblem: 'UPSTREAM_UNAVAILABLE' };
    expect(saved).toMatchObject(reason);
    const { viewer } = await ada.ask<{ viewer: object }>(
      '{ viewer { credentials { status verificationProblem } } }',
    );
    expect(viewer).toEqual({ credentials: [reason] });
    expect(
      await lineOf(gateway, 'credential stored without verification: the upstream could not be asked'),
    ).toMatchObject({
      level: 'warn',
      code: 'UPSTREAM_UNAVAILABLE',
      cause: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('sockets', () => {
  test('a socket is one line when it is open, and one when it has closed, with its code and its operations', async () => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUp();
    const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
    await ada.subscribe('{ viewer { id } }').rest();
    const whose = { level: 'info', userId: viewer.id, network: '127.0.0.1' };
    expect(await lineOf(gateway, 'socket closed')).toMatchObject({ ...whose, code: 1000, operations: 1 });
    expect(linesOf(gateway.logLines, 'socket opened')).toMatchObject([whose]);
  });

  test('a socket without a good token is a line when it has closed alone', async () => {
    await using gateway = await bootGateway({ polls: false });
    await using probe = await openProbe(gateway.url);
    probe.send({ type: 'connection_init', payload: { authorization: 'Bearer none' } });
    expect(await lineOf(gateway, 'socket closed')).toMatchObject({ code: 4403, operations: 0 });
    expect(linesOf(gateway.logLines, 'socket opened')).toEqual([]);
  });

  test('an operation that is refused is one line with its code', async () => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUp();
    await ada
      .subscribe('{ nothing }')
      .rest()
      .catch(() => undefined);
    await lineOf(gateway, 'socket closed');
    expect(linesOf(gateway.logLines, 'operation')).toMatchObject([
      { level: 'info', codes: ['GRAPHQL_VALIDATION_FAILED'], upstreamCalls: 0 },
    ]);
  });
});

describe('scope debug', () => {
  test('a service that acts for a user sees the calls upstream, and the log names both', async () => {
    await using gateway = await bootGateway({ env: ADMIN_ENV, polls: false });
    const ada = await gateway.signUpWithCredential();
    const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
    const token = await tokenOf(gateway, ['read', 'act_as', 'debug'], viewer.id);
    const answer = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: 'query Slow { agents { id } }' }),
    });
    const { extensions } = (await answer.json()) as { extensions: object };
    expect(extensions).toEqual({
      upstream: [
        {
          operation: 'agents/list',
          outcome: 'ok',
          ms: expect.any(Number),
          attempts: 1,
          isShared: false,
          budgetLeft: expect.any(Number),
        },
      ],
    });
    const line = await lineOf(gateway, 'request', { operation: 'Slow' });
    expect(line).toMatchObject({ userId: viewer.id, actor: expect.stringMatching(/./), upstreamCalls: 1 });
    expect(line.actor).not.toBe(viewer.id);
  });

  test('a person does not see them', async () => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUpWithCredential();
    expect(await ada.graphql('{ agents { id } }')).not.toHaveProperty('extensions.upstream');
  });
});

describe('GET /readyz', () => {
  async function ask(gateway: Gateway, token?: string) {
    const answer = await fetch(`${gateway.url}/readyz`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return answer.json();
  }

  test('names each part for administrators, and for nobody else', async () => {
    await using gateway = await bootGateway({
      env: ADMIN_ENV,
      polls: false,
      simulator: { clockSkewMs: 90_000 },
    });
    const ada = await gateway.signUpWithCredential();
    for (let n = 0; n < 2; n += 1) await ada.ask('{ agents { id } }');
    const admin = await ada.post<{ accessToken: string }>('/v1/auth/login', ADMIN);
    const { parts, status } = (await ask(gateway, admin.accessToken)) as {
      status: string;
      parts: { upstreams: { clockOffsetSeconds: number }[] };
    };
    expect(status).toBe('ok');
    expect(parts).toMatchObject({
      store: { kind: 'SQLite', isUsable: true },
      redis: null,
      upstreams: [
        { provider: 'QUANTCONNECT', isBreakerOpen: false, openOwnerBreakers: 0 },
        { provider: 'QUANTCDN', isBreakerOpen: false, openOwnerBreakers: 0, clockOffsetSeconds: 0 },
      ],
      watches: { due: expect.any(Number), latestSeconds: expect.any(Number) },
    });
    expect(Math.round((parts.upstreams[0]?.clockOffsetSeconds ?? 0) / 10)).toBe(9);
    for (const token of [undefined, ada.tokens.accessToken, 'none'])
      expect(await ask(gateway, token)).toEqual({ status: 'ok' });
  });
});
