import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DeploymentScript, seededAccount, startSimulator } from '../../../simulator/index.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { type CommandWorld, type Ended, runCommandIn } from '../../support/command-line.ts';
import { bootGateway } from '../../support/gateway.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';

/** Runs a command as this user. */
const as = (ada: GraphQLClient, args: string[], world: CommandWorld = {}): Promise<Ended> => {
  const env = { QUANTGATE_URL: `${ada.url}/`, QUANTGATE_TOKEN: ada.tokens.accessToken, ...world.env };
  return runCommandIn({ ...world, env }, args);
};

const boot = async (script: DeploymentScript) => {
  const gateway = await bootGateway({ simulator: { script } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  return { gateway, ada, taskId, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
};

/** A run of two messages, over within a second. */
const SHORT: DeploymentScript = { queueMs: 50, stepMs: 50, steps: 3, answer: 'Up by \u001b[2J4 %.' };

interface Line {
  kind: string;
  event?: { id: string; type: string; status: string };
  message?: { index: number };
  deployment?: { id: string; status: string };
}

const linesOf = ({ stdout }: Ended): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('deploy', () => {
  test('--follow shows events and messages in plain lines, without what writes elsewhere on a terminal', async () => {
    await using world = await boot(SHORT);
    const { code, stdout, stderr } = await as(world.ada, ['deploy', world.taskId, '--follow']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Deployment A-\w+ of task \d+\n\d\d:\d\d:\d\d {3}created, QUEUED\n/);
    expect(stdout).toMatch(/^you {8}Buy and hold SPY$/m);
    expect(stdout).toMatch(/^tool {7}create_backtest {2}done$/m);
    expect(stdout).toMatch(/^agent {6}Up by \[2J4 %\.$/m);
    expect(stdout).toMatch(/\nA-\w+ COMPLETED after \d+ s, [\d.k]+ tokens\n$/);
    expect(stdout).not.toContain('\u001b');
    for (const line of ['tool       create_file', 'agent      Up by'])
      expect(stdout.split(line)).toHaveLength(2);
  });

  test('--json prints an object a line, the last one being how it has ended', async () => {
    await using world = await boot(SHORT);
    const ended = await as(world.ada, ['deploy', world.taskId, '--follow', '--json']);
    const lines = linesOf(ended);
    expect(lines[0]).toMatchObject({ kind: 'deployment', deployment: { status: 'QUEUED' } });
    expect(lines.at(-1)).toMatchObject({ kind: 'end', deployment: { status: 'COMPLETED' } });
    const statuses = lines.flatMap(({ event }) => (event ? [event.status] : []));
    expect(statuses.at(-1)).toBe('COMPLETED');
    expect(new Set(lines.map(({ kind }) => kind))).toEqual(
      new Set(['deployment', 'event', 'message', 'usage', 'end']),
    );
  });

  test('on a terminal one line below the others says status, time and tokens, and is gone at the end', async () => {
    await using world = await boot({ ...SHORT, stepMs: 200 });
    const { code, stdout } = await as(world.ada, ['deploy', world.taskId, '--follow'], {
      terminal: { columns: () => 40, hasColors: false },
    });
    expect(code).toBe(0);
    const drawn = stdout.split('\r\u001b[2K').filter((part) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(part));
    expect(drawn).toContainEqual(expect.stringMatching(/^. RUNNING {2}\d s {2}\d+ tokens {2}\d turns?/));
    expect(Math.max(...drawn.map((part) => part.length))).toBeLessThan(40);
    expect(stdout.split('\r\u001b[2K').at(-1)).toMatch(/^A-\w+ COMPLETED after/);
  });

  test.each([
    ['failed', { outcome: 'Failed', runtimeError: 'No data' }, 1, /FAILED after .*\nNo data\n$/],
    ['was stopped', { outcome: 'Stopped' }, 3, /STOPPED .*after/],
  ] as const)('--follow of one that %s says so by its exit code', async (_name, script, exitCode, end) => {
    await using world = await boot({ ...SHORT, ...script });
    const { code, stdout } = await as(world.ada, ['deploy', world.taskId, '--follow']);
    expect(code).toBe(exitCode);
    expect(stdout).toMatch(end);
  });

  test('without --follow it says the id; Ctrl-C ends the following, and says how to go on', async () => {
    await using world = await boot({ endless: true });
    const deployed = await as(world.ada, ['deploy', world.taskId]);
    expect(deployed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Deployment A-\w+ of task \d+: QUEUED\n$/),
    });
    const id = /A-\w+/.exec(deployed.stdout)?.[0] ?? '';

    const interruption = new AbortController();
    const { code, stdout } = await as(world.ada, ['events', '--follow', '--deployment', id], {
      interrupt: interruption.signal,
      onOutput: (text) => {
        if (text.includes('RUNNING')) interruption.abort();
      },
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(`follow it by: quantgate events --follow --deployment ${id} --after \\d+\n$`),
    );
    const { deployment } = await world.ada.ask<{ deployment: { isTerminal: boolean } }>(
      'query ($id: ID!) { deployment(id: $id) { isTerminal } }',
      { id },
    );
    expect(deployment.isTerminal).toBe(false);
  });

  test.each([
    ['without a token', { QUANTGATE_TOKEN: '' }, 2, /^Set QUANTGATE_TOKEN/],
    ['without a URL', { QUANTGATE_URL: 'gateway' }, 2, /^Set QUANTGATE_URL/],
    [
      'with a bad token',
      { QUANTGATE_TOKEN: 'x' },
      1,
      /^QUANTGATE_TOKEN is not accepted: .*\(UNAUTHENTICATED\)\n$/,
    ],
  ])('%s it fails in one line', async (_name, env, exitCode, line) => {
    await using world = await boot(SHORT);
    const { code, stdout, stderr } = await as(world.ada, ['deploy', world.taskId, '--follow'], { env });
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(line);
  });
});

describe('events', () => {
  test('lists them, and those after a cursor; --follow goes on with what comes', async () => {
    await using world = await boot(SHORT);
    const first = linesOf(await as(world.ada, ['deploy', world.taskId, '--follow', '--json']));
    const followed = first.flatMap(({ event }) => (event ? [event] : []));
    const listed = JSON.parse((await as(world.ada, ['events', '--json'])).stdout);
    expect(listed.events.map(({ id }: { id: string }) => id)).toEqual(followed.map(({ id }) => id));
    const cursor = followed[0]!.id;
    const later = await as(world.ada, ['events', '--after', cursor]);
    expect(later.stdout.trimEnd().split('\n')).toHaveLength(followed.length - 1);
    expect(later.stdout).toMatch(/^\d+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}A-\w+ {2}COMPLETED$/m);

    for (const more of [[], ['--after', followed.at(-1)!.id]]) {
      const interruption = new AbortController();
      let id = '';
      const following = as(world.ada, ['events', '--follow', '--json', ...more], {
        interrupt: interruption.signal,
        onOutput: (text) => {
          if (text.includes(`"deploymentId":"${id}"`) && text.includes('"status":"COMPLETED"'))
            interruption.abort();
        },
      });
      id = await world.ada.deploy(world.taskId);
      const ended = await following;
      expect(ended.code).toBe(0);
      expect(linesOf(ended).map(({ event }) => event)).toContainEqual(
        expect.objectContaining({ deploymentId: id, status: 'COMPLETED' }),
      );
    }
  });

  test('a cursor that is none is a wrong use', async () => {
    await using world = await boot(SHORT);
    expect(await as(world.ada, ['events', '--after', 'x'])).toMatchObject({ code: 2, stdout: '' });
  });
});

test('a follower survives kills of the gateway, and misses no event and no message', async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ script: { queueMs: 100, stepMs: 700, steps: 6, messages: 3 } });
  await using _simulator = { [Symbol.asyncDispose]: () => simulator.close() };
  await using gateway = await startMortalGateway({
    DATA_DIR: join(folder.path, 'data'),
    PORT: await freePort(),
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    POLL_INTERVAL: '100ms',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const taskId = await ada.createTask();
  let kills = 0;
  const ended = await as(ada, ['deploy', taskId, '--follow', '--json'], {
    onOutput(text) {
      const isDue = text.includes('"status":"RUNNING"') || text.includes('"index":2');
      if (isDue && kills < 2 && !text.includes('"kind":"end"')) {
        kills += 1;
        void gateway.kill();
      }
    },
  });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(kills).toBeGreaterThan(0);
  const lines = linesOf(ended);
  const ids = lines.flatMap(({ event }) => (event ? [event.id] : []));
  const { log } = await ada.ask<{ log: { nodes: { id: string }[] } }>(
    '{ log: deploymentEvents(after: 0, first: 500) { nodes { id } } }',
  );
  expect(ids).toEqual(log.nodes.map(({ id }) => id));
  const indexes = new Set(lines.flatMap(({ message }) => (message ? [message.index] : [])));
  expect([...indexes].sort()).toEqual([0, 1, 2, 3]);
  expect(lines).toContainEqual({ kind: 'connection', state: 'back' });
}, 90_000);
