import type { Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { launchBrowser, servePage, type TestBrowser } from '../support/browser.ts';
import { bootGateway, type Gateway } from '../support/gateway.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };
const TOKEN_SECONDS = 5;

/** What the page has received, by transport; `interrupted` counts what a page without a client library would notice. */
interface Received {
  ids: string[];
  interrupted: number;
}

/** A page that signs in by cookie and follows the whole log over both transports, resuming a socket by its cursor. */
const SCRIPT = `
  const stream = { ids: [], interrupted: 0 };
  const socket = { ids: [], interrupted: 0 };
  async function signIn(credentials) {
    const answer = await fetch('/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...credentials, session: 'cookie' }),
    });
    return answer.status;
  }
  function followByStream() {
    const source = new EventSource('/v1/events');
    source.addEventListener('error', () => (stream.interrupted += 1));
    for (const type of ['CREATED', 'STATUS_CHANGED']) {
      source.addEventListener(type, ({ lastEventId }) => stream.ids.push(lastEventId));
    }
  }
  function followBySocket() {
    const connection = new WebSocket(location.origin.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
    const send = (message) => connection.send(JSON.stringify(message));
    connection.onopen = () => send({ type: 'connection_init' });
    connection.onclose = () => { socket.interrupted += 1; setTimeout(followBySocket, 100); };
    connection.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data);
      const query = 'subscription ($after: ID) { deploymentEvents(after: $after) { id } }';
      const variables = { after: socket.ids.at(-1) ?? '0' };
      if (type === 'connection_ack') send({ id: 'events', type: 'subscribe', payload: { query, variables } });
      if (type === 'next') socket.ids.push(payload.data.deploymentEvents.id);
    };
  }
`;

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

function bootWithShortTokens(): Promise<Gateway> {
  return bootGateway({ env: { ACCESS_TOKEN_TTL: `${TOKEN_SECONDS}s` } });
}

async function received(page: Page): Promise<{ stream: Received; socket: Received }> {
  return (await page.evaluate('({ stream, socket })')) as { stream: Received; socket: Received };
}

test('a page with a session by cookie stays live over token lifetimes and reconnections, and misses nothing', async () => {
  await using gateway = await bootWithShortTokens();
  const ada = await gateway.signUpWithCredential(ADA.email);
  await ada.signIn(ADA.email);
  const taskId = await ada.createTask();
  const connections = new Set<Socket>();
  gateway.app.server.on('connection', (connection) => connections.add(connection));
  await using profile = await browser.newProfile();
  const page = await profile.openPage(gateway.url, `<!doctype html><script>${SCRIPT}</script>`);
  expect(await page.evaluate(`signIn(${JSON.stringify(ADA)})`)).toBe(200);
  await page.evaluate('followByStream(); followBySocket();');

  /** Deploys, and waits until both transports have delivered the whole log. */
  const deployAndCompare = async (): Promise<void> => {
    await ada.signIn(ADA.email);
    const deploymentId = await ada.deploy(taskId);
    await vi.waitFor(
      async () => {
        await ada.signIn(ADA.email);
        const { events } = (await (await ada.request('/v1/events?first=500')).json()) as {
          events: { id: string; deploymentId: string; status: string }[];
        };
        const ids = events.map(({ id }) => id);
        expect(
          events.find((one) => one.deploymentId === deploymentId && one.status === 'COMPLETED'),
        ).toBeDefined();
        const { stream, socket } = await received(page);
        expect({ stream: stream.ids, socket: socket.ids }).toEqual({ stream: ids, socket: ids });
      },
      { timeout: 15_000, interval: 250 },
    );
  };

  const accessCookies = async () =>
    (await profile.context.cookies()).filter(({ name }) => name === '__Host-quantgate-access');
  for (let lifetime = 1; lifetime <= 3; lifetime += 1) {
    await deployAndCompare();
    // The browser deletes the cookie when its token expires; sign in is not repeated.
    await vi.waitFor(async () => expect(await accessCookies()).toEqual([]), { timeout: 10_000 });
    if (lifetime < 3) expect(await page.evaluate("fetch('/v1/me').then(({ status }) => status)")).toBe(200);
  }
  expect(await received(page)).toMatchObject({ stream: { interrupted: 0 }, socket: { interrupted: 0 } });

  // The connections break while the browser has no access token: both are opened again with the refresh cookie.
  for (const connection of connections) connection.destroy();
  await deployAndCompare();
  expect(await received(page)).toMatchObject({ stream: { interrupted: 1 }, socket: { interrupted: 1 } });
});

test('a page of another site is told why it cannot sign in by cookie', async () => {
  // For a browser `localhost` and `127.0.0.1` are different sites.
  await using other = await servePage();
  await using gateway = await bootGateway({ env: { CORS_ORIGINS: other.origin } });
  await using profile = await browser.newProfile();
  await gateway.signUp(ADA.email);
  const page = await profile.context.newPage();
  await page.goto(other.origin);
  const login = `fetch('${gateway.url}/v1/auth/login', {
    method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...${JSON.stringify(ADA)}, session: 'cookie' }),
  }).then((answer) => answer.json())`;
  expect(await page.evaluate(login)).toMatchObject({
    status: 403,
    code: 'FORBIDDEN',
    detail: expect.stringContaining('another site'),
  });
});
