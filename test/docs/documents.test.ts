import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { type Block, blocksOf } from './blocks.ts';
import { PAGES, PROJECT, README } from './documents.ts';
import { readProjectFile } from './environment.ts';
import { freePort, GATEWAY_ADDRESS, SIMULATOR_ADDRESS, start } from './running.ts';

/** Document → its blocks. */
const blocks = new Map([README, ...PAGES].map((document) => [document, blocksOf(readProjectFile(document))]));

function marked(document: string, mark: string): string[] {
  return (blocks.get(document) ?? []).filter((block) => block.mark === mark).map(({ text }) => text);
}

/** Comes between the outputs of two blocks. */
const SEPARATOR = '=====';

/** A folder that looks like a fresh checkout after `npm ci`. */
let checkout = '';
/** Document → what each of its blocks that is run printed. */
const outputs = new Map<string, string[]>();
const running = new AsyncDisposableStack();

/** A gateway that serves while the commands after it run, and ends with the session, by the signal of Ctrl-C. */
function inBackground(text: string): string {
  return `set -m; ( ${text} ) >background.log 2>&1 & BACKGROUND=$!; set +m
trap 'kill -INT -- -$BACKGROUND; wait $BACKGROUND || true' EXIT
until grep -q '"address"' background.log; do
  kill -0 $BACKGROUND || { cat background.log >&2; exit 1; }
  sleep 0.1
done
`;
}

/** Does what a reader of one document does, in a shell of its own. */
async function follow(document: string, ports: Ports): Promise<void> {
  let session = '';
  for (const { mark = '', text } of blocks.get(document) ?? []) {
    if (mark.startsWith('file: ')) await writeFile(join(checkout, mark.slice('file: '.length)), text);
    if (mark === 'run') session += `${text}echo ${SEPARATOR}\n`;
    // What the README starts serves all documents.
    if (mark === 'run in the background' && document !== README) session += inBackground(text);
  }
  session = withPorts(session, ports);
  const env = { ...process.env, URL: `http://127.0.0.1:${ports.gateway}` };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', session], {
    cwd: checkout,
    env,
  }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(`a command of ${document} failed after\n${stdout.slice(-1_000)}\n${stderr}`);
  });
  outputs.set(document, stdout.split(`${SEPARATOR}\n`).slice(0, -1));
}

interface Ports {
  gateway: number;
  simulator: number;
  /** Of the gateway that docs/operate/install.md starts. */
  installed: number;
}

function withPorts(text: string, { gateway, simulator, installed }: Ports): string {
  const ports: Record<string, number> = { 4000: gateway, 4100: simulator, 4080: installed };
  return text.replaceAll(/\b(?:4000|4100|4080)\b/g, (port) => String(ports[port]));
}

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'quantgate-documents-'));
  for (const name of await readdir(PROJECT)) {
    if (!['.git', '.env', 'data'].includes(name)) await symlink(join(PROJECT, name), join(checkout, name));
  }
  const ports = { gateway: await freePort(), simulator: await freePort(), installed: await freePort() };
  const env = {
    PORT: String(ports.gateway),
    SIMULATOR_PORT: String(ports.simulator),
    POLL_INTERVAL: '300ms',
  };
  const [simulator = '', gateway = ''] = marked(README, 'run in the background');
  for (const [command, pattern] of [
    [simulator, SIMULATOR_ADDRESS],
    [gateway, GATEWAY_ADDRESS],
  ] as const) {
    running.use(await start(['bash', '-c', withPorts(command, ports)], pattern, { cwd: checkout, env }));
  }
  for (const document of blocks.keys()) await follow(document, ports);
}, 600_000);

afterAll(async () => {
  await running.disposeAsync();
  await rm(checkout, { recursive: true, force: true });
});

/** The output of the block of a document that contains this text. */
function outputOf(document: string, text: string): string {
  const index = marked(document, 'run').findIndex((block) => block.includes(text));
  if (index < 0) throw new Error(`${document} has no block with ${text}`);
  return outputs.get(document)?.[index] ?? '';
}

describe.each([...blocks.keys()])('%s', (document) => {
  const commands = (blocks.get(document) ?? []).filter(({ language }: Block) => language !== '');

  test('says of every command whether it is run, or why not', () => {
    for (const { mark, text } of commands) {
      expect(mark, text).toMatch(/^(run|run in the background|(file|module): \S+|not run: .{5,})$/);
    }
  });

  test('has commands that work, in the order they are written', () => {
    expect(outputs.get(document)).toHaveLength(marked(document, 'run').length);
    // A conversation has its own `errors`, which are messages of tools.
    const printed = outputs.get(document)?.join('') ?? '';
    if (document !== 'docs/guide/errors.md') expect(printed).not.toMatch(/"errors":\[\{|"code"/);
  });
});

test('the documents together have commands of every kind', () => {
  const marks = [...blocks.values()].flat().flatMap(({ mark = '' }) => mark.split(':', 1));
  expect(marks.filter((mark) => mark === 'run').length).toBeGreaterThan(25);
  expect(new Set(marks)).toEqual(new Set(['run', 'run in the background', 'file', 'module', 'not run', '']));
});

describe('the README', () => {
  test('has at most 150 lines', () => {
    expect(readProjectFile(README).trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  test('stores a credential', () => {
    expect(outputOf(README, 'saveQuantConnectCredential')).toContain('"status":"VERIFIED"');
  });

  test('has a snippet that follows a deployment to its end, and resumes with a cursor', () => {
    const lines = outputOf(README, 'follow.mjs').trimEnd().split('\n');
    const [all, later] = [lines.slice(0, lines.length / 2 + 1), lines.slice(lines.length / 2 + 1)];
    expect(all[0]).toMatch(/^\d+ CREATED (QUEUED|RUNNING)/);
    expect(all.at(-1)).toMatch(/STATUS_CHANGED COMPLETED$/);
    expect(later).toEqual(all.slice(1));
  });
});

describe('the page about GraphQL', () => {
  const page = 'docs/guide/graphql.md';

  test('deploys, reads, prompts and stops', () => {
    expect(outputOf(page, 'saveQuantConnectCredential')).toContain('"status":"VERIFIED"');
    expect(outputOf(page, '"$DEPLOY"')).toMatch(/"id":"(A-\w+)"[\s\S]*deployment \1/);
    expect(outputOf(page, 'deploymentEvents(')).toMatch(/"type":"CREATED"/);
    expect(outputOf(page, 'read-along.mjs')).toMatch(/^0 user text\n[\s\S]*"role":"assistant"/);
    expect(outputOf(page, 'promptDeployment')).toContain('"isTerminal":false');
  });

  test('keeps a socket alive', () => {
    expect(outputOf(page, 'long-lived.mjs')).toBe('the socket lives on\n');
  });
});

test('the page about AI tasks runs a graph to its end, and follows it by its cursor', () => {
  const page = 'docs/guide/ai-tasks.md';
  expect(outputOf(page, 'saveQuantCdnCredential')).toContain('"status":"VERIFIED"');
  expect(outputOf(page, 'aiTaskGraph')).toMatch(
    /"taskCount":2[\s\S]*"ready":\["([\w-]+)"\],"blocked":\[\{"id":"[\w-]+","by":\["\1"\]/,
  );
  expect(outputOf(page, 'metadataPatch:')).toMatch(
    /"priority":"high"[\s\S]*"status":"IN_PROGRESS"[\s\S]*"deletedIds":\["/,
  );
  expect(outputOf(page, 'linkAiTask')).toMatch(
    /"quantconnect":\{"taskId":"\d+"\}[\s\S]*"runAiTaskList":\{"id":"[\w-]+","status":"RUNNING"/,
  );
  const followed = outputOf(page, 'follow-list.mjs');
  expect(followed).toMatch(/^RUNNING, 0 completed[\s\S]*\nCOMPLETED, 2 completed/);
  expect(followed).toMatch(/"progressMessage":"Deployment A-\w+: /);
  expect(followed).toMatch(/"result":\{"taskId":"\d+","deploymentId":"A-\w+"/);
});

describe('the page about REST', () => {
  const page = 'docs/guide/rest.md';

  test('goes from a credential to a stop', () => {
    expect(outputOf(page, 'rest $URL/v1/credentials')).toContain('"status":"VERIFIED"');
    expect(outputOf(page, 'task-1')).toContain('"prompt":"Buy and hold TLT"');
    expect(outputOf(page, 'tuesday-1')).toMatch(/"id":"A-\w+"/);
    const said = outputOf(page, 'tuesday-2');
    expect(said).toContain('"role":"assistant"');
    expect(said.trimEnd().split('\n').at(-1)).toMatch(/"status":"(RUNNING|STOPPED)"/);
  });

  test('runs a graph, tasks and run in one stream', () => {
    expect(outputOf(page, 'draft-1')).toMatch(/"isComplete":true[\s\S]*"criticalPath":\["[\w-]+","[\w-]+"\]/);
    const run = outputOf(page, 'friday-3');
    expect(run).toMatch(/^event: TASK$/m);
    expect(run).toMatch(/^event: LIST_RUN$/m);
    expect(run.trimEnd().split('\n').at(-1)).toMatch(/"status":"(STOPPING|STOPPED|COMPLETED)"/);
    expect(outputOf(page, 'alone-1')).toMatch(
      /"status":"STARTING"[\s\S]*"assignedAgentId":"agent-writer"[\s\S]*"deletedIds"/,
    );
  });

  test('has a stream by curl that ends by itself and resumes after the cursor', () => {
    const output = outputOf(page, 'last-event-id');
    const ids = output.split('\n').filter((line) => line.startsWith('id: '));
    const [first, ...later] = ids.slice(0, (ids.length + 1) / 2);
    expect(later.length).toBeGreaterThan(0);
    expect(ids.slice((ids.length + 1) / 2)).toEqual(later);
    expect(first).toMatch(/^id: \d+$/);
    expect(output.match(/^event: complete$/gm)).toHaveLength(2);
  });

  test('has a typed client that works', () => {
    expect(outputOf(page, 'openapi-typescript')).toContain('Amber Linen Finch');
  });
});

test('the page about people has sessions, services and an audit log that work', () => {
  const page = 'docs/guide/people.md';
  expect(outputOf(page, '/v1/sessions')).toMatch(/"userAgent":"phone","current":false/);
  expect(outputOf(page, 'cookies.txt')).toMatch(/"user":\{[\s\S]*"email":"bea@example.com"/);
  expect(outputOf(page, 'scope=read')).toMatch(/"email":null,"name":"nightly"[\s\S]*"scopes":\["read"\]/);
  expect(outputOf(page, 'requested_subject')).toMatch(/"email":"bea@example.com"[\s\S]*"name":"nightly"/);
  expect(outputOf(page, '/v1/audit')).toContain('"act":"USER_ERASE"');
  expect(outputOf(page, '%{http_code}')).toMatch(/401\n$/);
  expect(outputOf(page, 'jwks')).toContain('"alg":"EdDSA"');
});

test('the page about webhooks has receivers in TypeScript and in shell that take what is signed', () => {
  const page = 'docs/guide/webhooks.md';
  const first = outputOf(page, 'receiver.ts >');
  expect(first).toContain('"outcome":"DELIVERED"');
  expect(first).toMatch(
    /^test\s*\ndeployment\.created A-\w+ [\s\S]*deployment\.status_changed A-\w+ COMPLETED$/m,
  );
  expect(outputOf(page, 'cat inbox.txt')).toMatch(/"status":"COMPLETED"[\s\S]*"outcome":"DELIVERED"/);
});

test('the page about errors shows a problem document', () => {
  const problem = JSON.parse(outputOf('docs/guide/errors.md', '/v1/me'));
  expect(problem).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', requestId: expect.any(String) });
});

test('the page about observing finds the gateway alive and ready', () => {
  expect(outputOf('docs/operate/observe.md', '/readyz')).toBe('{"status":"ok"}\n{"status":"ok"}\n');
});

test('the page about Docker writes a file of variables that Docker reads, and with which production starts', async () => {
  // Docker takes each line as it is, without quotes and escapes.
  const lines = (await readFile(join(checkout, 'quantgate.env'), 'utf8')).trimEnd().split('\n');
  const variables = lines.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  const config = loadConfig({ NODE_ENV: 'production', ...Object.fromEntries(variables) });
  expect(config).toMatchObject({ isProduction: true, publicUrl: 'https://gateway.example.com' });
  expect([config.encryptionKeys?.length, config.signingKeys?.length]).toEqual([1, 1]);
});

describe('the page about installing', () => {
  const page = 'docs/operate/install.md';

  test('checks the variables that it has written, and starts a gateway in which the administrator signs in', () => {
    expect(outputOf(page, 'QUANTCDN_BASE_URL')).not.toMatch(/^(?:warn|fail)/m);
    expect(outputOf(page, 'sign_in')).toMatch(
      /^\{"status":"ok"\}\n\{"status":"ok"\}\n\{"users":\[\{[^}]*"email":"admin@example.com","roles":\["user","admin"\]/,
    );
  });

  test('has a service that starts the gateway by the command of npm start', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
    const [, allocator, command] = /^(MALLOC_ARENA_MAX=\d+) exec node (.*)$/.exec(scripts.start ?? '') ?? [];
    const [unit = ''] = marked(page, 'file: quantgate.service');
    expect(unit).toContain(`\nEnvironment=${allocator}\n`);
    expect(unit).toContain(`\nExecStart=/opt/quantgate/node_modules/.bin/node ${command}\n`);
  });
});
