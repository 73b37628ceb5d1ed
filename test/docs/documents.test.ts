import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf } from './blocks.ts';
import { configVariables, readProjectFile } from './environment.ts';
import { freePort, GATEWAY_ADDRESS, type Running, SIMULATOR_ADDRESS, start } from './running.ts';

const project = resolve(import.meta.dirname, '../..');
const readme = readProjectFile('README.md');
const blocks = blocksOf(readme);
const marked = (mark: string) => blocks.filter((block) => block.mark === mark).map(({ text }) => text);

/** Comes between the outputs of two blocks. */
const SEPARATOR = '=====';

/** A folder that looks like a fresh checkout after `npm ci`. */
let checkout = '';
/** What each block that is run printed. */
let outputs: string[] = [];
const running = new AsyncDisposableStack();

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'quantgate-readme-'));
  for (const name of await readdir(project)) {
    if (!['.git', '.env', 'data'].includes(name)) await symlink(join(project, name), join(checkout, name));
  }
  const [port, simulatorPort] = [String(await freePort()), String(await freePort())];
  const withPorts = (text: string): string =>
    text.replaceAll(/\b4000\b/g, port).replaceAll(/\b4100\b/g, simulatorPort);

  const env = { PORT: port, SIMULATOR_PORT: simulatorPort, POLL_INTERVAL: '300ms' };
  const [simulator = '', gateway = ''] = marked('run in the background').map(withPorts);
  const background = async (command: string, pattern: RegExp): Promise<Running> =>
    running.use(await start(['bash', '-c', command], pattern, { cwd: checkout, env }));
  await background(simulator, SIMULATOR_ADDRESS);
  await background(gateway, GATEWAY_ADDRESS);

  for (const { mark = '', text } of blocks) {
    if (mark.startsWith('file: ')) await writeFile(join(checkout, mark.slice('file: '.length)), text);
  }
  const session = marked('run').map(withPorts).join(`\necho ${SEPARATOR}\n`);
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', session], {
    cwd: checkout,
  });
  outputs = stdout.split(`${SEPARATOR}\n`);
}, 180_000);

afterAll(async () => {
  await running.disposeAsync();
  await rm(checkout, { recursive: true, force: true });
});

/** The output of the block that contains this text. */
const outputOf = (text: string): string =>
  outputs[marked('run').findIndex((block) => block.includes(text))] ?? '';

describe('the README', () => {
  test('says of every command whether it is run, or why not', () => {
    const commands = blocks.filter(({ language }) => language !== '');
    expect(commands.length).toBeGreaterThan(10);
    for (const { mark, text } of commands) {
      expect(mark, text).toMatch(/^(run|run in the background|file: \S+|not run: .{5,})$/);
    }
  });

  test('has commands that work, in the order they are written', () => {
    expect(outputs).toHaveLength(marked('run').length);
    // A conversation has `errors` of its own, which are words of tools.
    expect(outputs.join('')).not.toMatch(/"errors":\[\{|"code"/);
    expect(outputOf('saveQuantConnectCredential')).toContain('"status":"VERIFIED"');
    expect(outputOf('"$DEPLOY"')).toMatch(/"id":"(A-\w+)"[\s\S]*deployment \1/);
    expect(outputOf('promptDeployment')).toContain('"isTerminal":false');
    expect(outputOf('conversation {')).toContain('"role":"assistant"');
    expect(outputOf('long-lived.mjs')).toBe('the socket lives on\n');
    expect(outputOf('%{http_code}')).toMatch(/401\n$/);
    expect(outputOf('jwks')).toContain('"alg":"EdDSA"');
  });

  test('has the same over REST, from a credential to a stop', () => {
    expect(outputOf('rest $URL/v1/credentials')).toContain('"status":"VERIFIED"');
    expect(outputOf('task-1')).toContain('"prompt":"Buy and hold TLT"');
    expect(outputOf('tuesday-1')).toMatch(/"id":"A-\w+"/);
    const said = outputOf('tuesday-2');
    expect(said).toContain('"role":"assistant"');
    expect(said.trimEnd().split('\n').at(-1)).toMatch(/"status":"(RUNNING|STOPPED)"/);
  });

  test('has a graph of AI tasks that is run to its end, and followed by its cursor', () => {
    expect(outputOf('saveQuantCdnCredential')).toContain('"status":"VERIFIED"');
    expect(outputOf('aiTaskGraph')).toMatch(
      /"taskCount":2[\s\S]*"ready":\["([\w-]+)"\],"blocked":\[\{"id":"[\w-]+","by":\["\1"\]/,
    );
    expect(outputOf('metadataPatch:')).toMatch(
      /"priority":"high"[\s\S]*"status":"IN_PROGRESS"[\s\S]*"deletedIds":\["/,
    );
    expect(outputOf('linkAiTask')).toMatch(
      /"quantconnect":\{"taskId":"\d+"\}[\s\S]*"runAiTaskList":\{"id":"[\w-]+","status":"RUNNING"/,
    );
    const followed = outputOf('follow-list.mjs');
    expect(followed).toMatch(/^RUNNING, 0 completed[\s\S]*\nCOMPLETED, 2 completed/);
    expect(followed).toMatch(/"progressMessage":"Deployment A-\w+: /);
    expect(followed).toMatch(/"result":\{"taskId":"\d+","deploymentId":"A-\w+"/);
  });

  test('has the same graph and its run over REST, tasks and run in one stream', () => {
    expect(outputOf('draft-1')).toMatch(/"isComplete":true[\s\S]*"criticalPath":\["[\w-]+","[\w-]+"\]/);
    const run = outputOf('friday-3');
    expect(run).toMatch(/^event: TASK$/m);
    expect(run).toMatch(/^event: LIST_RUN$/m);
    expect(run.trimEnd().split('\n').at(-1)).toMatch(/"status":"(STOPPING|STOPPED|COMPLETED)"/);
    expect(outputOf('alone-1')).toMatch(
      /"status":"STARTING"[\s\S]*"assignedAgentId":"agent-writer"[\s\S]*"deletedIds"/,
    );
  });

  test('has a stream by curl that ends by itself and resumes after the cursor', () => {
    const ids = outputOf('last-event-id')
      .split('\n')
      .filter((line) => line.startsWith('id: '));
    const [first, ...later] = ids.slice(0, (ids.length + 1) / 2);
    expect(later.length).toBeGreaterThan(0);
    expect(ids.slice((ids.length + 1) / 2)).toEqual(later);
    expect(first).toMatch(/^id: \d+$/);
    expect(outputOf('last-event-id').match(/^event: complete$/gm)).toHaveLength(2);
  });

  test('has a typed client, sessions, services and an audit log that work', () => {
    expect(outputOf('openapi-typescript')).toContain('Amber Linen Finch');
    expect(outputOf('/v1/sessions')).toMatch(/"userAgent":"phone","current":false/);
    expect(outputOf('cookies.txt')).toMatch(/"user":\{[\s\S]*"email":"ada@example.com"/);
    expect(outputOf('scope=read')).toMatch(/"email":null,"name":"nightly"[\s\S]*"scopes":\["read"\]/);
    expect(outputOf('requested_subject')).toMatch(/"email":"ada@example.com"[\s\S]*"name":"nightly"/);
    expect(outputOf('/v1/audit')).toContain('"act":"SERVICE_ACCOUNT_USE"');
  });

  test('has a snippet that follows a deployment to its end, and resumes with a cursor', () => {
    const lines = outputOf('follow.mjs').trimEnd().split('\n');
    const [all, later] = [lines.slice(0, lines.length / 2 + 1), lines.slice(lines.length / 2 + 1)];
    expect(all[0]).toMatch(/^1 CREATED QUEUED|^1 CREATED RUNNING/);
    expect(all.at(-1)).toMatch(/STATUS_CHANGED COMPLETED$/);
    expect(later).toEqual(all.slice(1));
  });

  test('describes every variable', () => {
    const table = readme.slice(readme.indexOf('## Configuration'), readme.indexOf('## With Docker'));
    const described = [...table.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name);
    expect(described).toEqual(expect.arrayContaining(configVariables()));
  });
});
