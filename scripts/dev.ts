/**
 * `npm run dev`: a simulator of both upstreams, the gateway, which restarts after every change of its source, and a user
 * with both credentials. The simulator runs until Ctrl-C, so its data survives the restarts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  predefinedAgent,
  seededAccount,
  seededOrganization,
  seededQuantCdnToken,
  startSimulator,
} from '../simulator/index.ts';
import { readEnvFile } from '../src/composition/env-file.ts';
import { buildConsole } from './build-console.ts';
import { serveSignIn } from './dev-sign-in.ts';

const HOST = '127.0.0.1';
const SIMULATOR_PORT = 4100;
const USER = { email: 'dev@example.com', password: 'dev-password' };

readEnvFile(process.cwd());
const { PORT = '4000', DATA_DIR = './data' } = process.env;
const url = `http://${HOST}:${PORT}`;
function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, HOST);
  const isListening = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.close();
  return isListening;
}

async function post(path: string, body: unknown, accessToken?: string) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { accessToken: string; code?: string; errors?: unknown };
  // The user may exist from an earlier start.
  const isKnownUser = path === '/v1/auth/register' && answer.code === 'CONFLICT';
  if (!response.ok && !isKnownUser) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  if (answer.errors !== undefined) throw new Error(`${path}: ${JSON.stringify(answer.errors)}`);
  return answer;
}

async function untilReady(): Promise<void> {
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await isReady())) await sleep(200);
}

/** Saving the same account again replaces it. */
const SAVE = `mutation ($agents: QuantConnectCredentialInput!, $aiTasks: QuantCdnCredentialInput!) {
  agents: saveQuantConnectCredential(input: $agents) { id status }
  aiTasks: saveQuantCdnCredential(input: $aiTasks) { id status }
}`;

/** Creates the user and the credentials of both upstreams, and signs in. */
async function seed(): Promise<string> {
  await post('/v1/auth/register', USER);
  const { accessToken } = await post('/v1/auth/login', USER);
  const { userId, apiToken } = seededAccount;
  const {
    token,
    organisations: [organisation],
  } = seededQuantCdnToken;
  const label = 'simulator';
  const variables = {
    agents: { userId, apiToken, organizationId: seededOrganization.id, label },
    aiTasks: { organisation, apiToken: token, label },
  };
  await post('/graphql', { query: SAVE, variables }, accessToken);
  return accessToken;
}

if (!(await isFree(Number(PORT)))) {
  process.stderr.write(`Port ${PORT} is taken; choose another one: PORT=4001 npm run dev\n`);
  process.exit(1);
}

await buildConsole();
const simulator = await startSimulator({
  port: (await isFree(SIMULATOR_PORT)) ? SIMULATOR_PORT : 0,
  predefinedAgents: [predefinedAgent],
  // The data folder has deployments of earlier starts: their ids must not be used again.
  seed: Date.now(),
});

const gateway = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--watch-path=src',
    '--watch-path=schema.graphql',
    '--watch-preserve-output',
    'src/main.ts',
  ],
  {
    env: {
      POLL_INTERVAL: '500ms',
      // The user sees the administration too.
      ...(process.env.ADMIN_EMAIL === undefined && {
        ADMIN_EMAIL: USER.email,
        ADMIN_PASSWORD: USER.password,
      }),
      ...process.env,
      HOST,
      PORT,
      DATA_DIR,
      QUANTCONNECT_BASE_URL: simulator.url,
      QUANTCDN_BASE_URL: simulator.quantCdnUrl,
      // Who signs up in the console needs no account of QuantConnect.
      CONSOLE_SIMULATOR: [seededAccount.userId, seededAccount.apiToken, seededOrganization.id].join(':'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    // Ctrl-C reaches the whole process group of the terminal; only this process signals the gateway.
    detached: true,
  },
);

async function stop(): Promise<void> {
  const exited = once(gateway, 'exit');
  if (gateway.exitCode === null && gateway.kill('SIGTERM')) await exited;
  await simulator.close();
  process.exit(0);
}
// npm passes Ctrl-C on, so it arrives twice. The listener stays: without one, the second signal would end this process.
let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    void stop();
  });
}

await untilReady();
const accessToken = await seed();
const signIn = await serveSignIn(url, USER);
say(`
  console     ${url}/console
  signed in   ${signIn.link}
  GraphiQL    ${url}/graphiql
  GraphQL     ${url}/graphql (HTTP and WebSocket)
  simulators  QuantConnect ${simulator.url}, QuantCDN ${simulator.quantCdnUrl} (control: ${simulator.controlUrl})
  user        ${USER.email} / ${USER.password}, an administrator, the simulators' credentials stored
  token       ${accessToken}

  The token is good for ten minutes. A fresh one:
  curl -s ${url}/v1/auth/login -H 'content-type: application/json' -d '${JSON.stringify(USER)}'
`);
