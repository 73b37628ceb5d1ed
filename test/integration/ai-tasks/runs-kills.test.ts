import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Call, type Simulator, startSimulator } from '../../../simulator/index.ts';
import { createRandom, type Random } from '../../../simulator/random.ts';
import { endOfListRun, type ListRun, RUN_LIST, upstreamTask } from '../../support/ai-task-runs.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';
import { drawGraph, type GraphTask, plantGraph, wordsOf } from '../../support/random-graphs.ts';

/** Graphs to run: a few for every day, 50 by hand (`GRAPHS=50`). */
const GRAPHS = Number(process.env.GRAPHS ?? 4);
const SEED = Number(process.env.SEED ?? 1);
const TASKS = 30;
/** Graphs under way at each death of the process. */
const ABREAST = 5;
/** Deaths of the process while the same graphs are under way. */
const KILLS = 3;

const CREATE = '/deployments/create';
const CREATE_AGENT = 'mutation { agent: createAgent(input: { name: "Heron" }) { id } }';
const CREATE_TASK = 'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }';
/** How long the upstreams, having done what was asked, take to say so: most deaths fall between the two. */
const ANSWER_MS = 40;

/** How often tasks were deployed, claimed and ended. */
const MOMENTS: ((simulator: Simulator) => number)[] = [
  ({ control }) => control.state().deployments.length,
  ({ quantcdn }) => quantcdn.state().tasks.filter(({ startedAt }) => startedAt !== null).length,
  ({ quantcdn }) => quantcdn.state().tasks.filter(({ completedAt }) => completedAt !== null).length,
];

/** A graph with an owner, a node and an organisation of its own. */
interface Planted {
  owner: GraphQLClient;
  graph: GraphTask[];
  taskIds: string[];
  ids: string[];
  maxParallel: number;
  capacity: number;
  /** How many deaths it was in the middle of. */
  deaths: number;
}

async function plant(simulator: Simulator, url: string, random: Random, number: number): Promise<Planted> {
  const account = {
    userId: String(20_000 + number),
    apiToken: 'a0'.repeat(32),
    organizations: [{ id: String(number).padStart(32, '0'), nodeSku: 'A4-8' }],
  };
  const organisation = `graph-${number}`;
  const token = { token: `token-of-graph-${number}`, name: organisation, organisations: [organisation] };
  const maxParallel = 2 + Math.floor(4 * random.next());
  const capacity = 1 + Math.floor(6 * random.next());
  simulator.control.addAccount(account);
  simulator.control.setCapacity(account.organizations[0]?.id ?? '', capacity);
  simulator.quantcdn.addToken(token);
  const owner = createGraphQLClient(url);
  await owner.signUp(`owner-${number}@example.com`);
  await owner.saveCredential(account);
  await owner.saveQuantCdnCredential(token);
  const { agent } = await owner.ask<{ agent: { id: string } }>(CREATE_AGENT);
  const createTask = async (index: number): Promise<string> => {
    const input = { agentId: agent.id, name: `task ${index}`, prompt: 'Buy and hold SPY' };
    return (await owner.ask<{ task: { id: string } }>(CREATE_TASK, { input })).task.id;
  };
  const taskIds = await Promise.all(Array.from({ length: TASKS }, (_, index) => createTask(index)));
  const graph = drawGraph(random, TASKS);
  const ids = plantGraph(simulator, graph, { organisation, taskListId: 'the list', taskIds });
  return { owner, graph, taskIds, ids, maxParallel, capacity, deaths: 0 };
}

/** How many tasks have been deployed, and whether any still has to come to its end. */
function standOf(simulator: Simulator, { graph, taskIds, ids }: Planted) {
  const mine = new Set(taskIds);
  return {
    deployed: simulator.control.state().deployments.filter(({ taskId }) => mine.has(String(taskId))).length,
    isUnfinished: ids.some((id, index) => upstreamTask(simulator, id).status !== graph[index]?.end),
  };
}

function bodiesOf(calls: readonly Call[], id: string, status: string) {
  return calls.flatMap(({ operation, path, body }) => {
    const update = body as { status?: string; metadata?: { quantconnect: { runId: string } } };
    return operation === 'updateTask' && path.endsWith(id) && update.status === status ? [update] : [];
  });
}

/** All that is wrong with the end of a graph, as texts. */
function wrongsOf(simulator: Simulator, calls: readonly Call[], planted: Planted, run: ListRun): string[] {
  const { graph, taskIds, ids } = planted;
  const { deployments } = simulator.control.state();
  const wrongs: string[] = [];
  const must = (isRight: boolean, words: string) => void (isRight || wrongs.push(words));
  for (const [index, task] of graph.entries()) {
    const id = ids[index] ?? '';
    const isStarted = task.end !== 'pending';
    const once = isStarted ? 1 : 0;
    const upstream = upstreamTask(simulator, id);
    const made = deployments.filter(({ taskId }) => String(taskId) === taskIds[index]);
    const runs = run.runs.filter(({ aiTaskId }) => aiTaskId === id);
    const claims = bodiesOf(calls, id, 'in_progress');
    must(upstream.status === task.end, `task ${index} is ${upstream.status} and not ${task.end}`);
    must(made.length === once, `task ${index} was deployed ${made.length} times`);
    must(claims.length === once, `task ${index} was claimed ${claims.length} times`);
    for (const status of ['completed', 'failed']) {
      const times = bodiesOf(calls, id, status).length;
      must(times === (status === task.end ? 1 : 0), `task ${index} was told ${times} times it is ${status}`);
    }
    must(runs.length === once, `task ${index} has ${runs.length} runs`);
    const [theRun] = runs;
    if (!isStarted || theRun === undefined) continue;
    must(theRun.status === task.end.toUpperCase(), `the run of task ${index} is ${theRun.status}`);
    must(theRun.deploymentId === made[0]?.deploymentId, `the run of task ${index} names another deployment`);
    must(claims[0]?.metadata?.quantconnect.runId === theRun.id, `task ${index} was claimed by another run`);
    must((theRun.reason === null) === (task.end === 'completed'), `task ${index}: ${theRun.reason}`);
    must(upstream.error === theRun.reason, `task ${index} was told ${upstream.error}`);
    if (task.fate === 'failsWithWords') {
      must(theRun.reason?.endsWith(wordsOf(index)) === true, `task ${index} says ${theRun.reason}`);
    }
    const ready = task.needs.map((other) => upstreamTask(simulator, ids[other] ?? '').completedAt ?? 0);
    must((upstream.startedAt ?? 0) >= Math.max(0, ...ready), `task ${index} was claimed too early`);
    must((made[0]?.createdMs ?? 0) >= Math.max(0, ...ready), `task ${index} was deployed too early`);
  }
  const count = (end: string) => graph.filter((task) => task.end === end).length;
  const [failures, unreached] = [count('failed'), count('pending')];
  const reason = [
    `${failures} failed`,
    ...(unreached > 0 ? [`${unreached} cannot be reached because of that`] : []),
  ];
  must(run.status === (failures > 0 ? 'FAILED' : 'COMPLETED'), `the list is ${run.status}`);
  must(run.reason === (failures > 0 ? `Of ${TASKS} tasks: ${reason.join(', ')}` : null), `${run.reason}`);
  return wrongs;
}

test(`${GRAPHS} random graphs of ${TASKS} tasks, killed midway, end right, deployed once`, {
  timeout: 180_000 + 20_000 * GRAPHS,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({
    pace: { queueMs: 20, stepMs: 150, steps: 2, stopMs: 0 },
    behavior: { refuseWhenFull: true },
  });
  await using _upstream = { [Symbol.asyncDispose]: simulator.close };
  for (const match of [{ path: CREATE }, { operation: 'updateTask' }]) {
    simulator.faults.add({ kind: 'slow', delayMs: ANSWER_MS, match, times: 'forever' });
  }
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    UPSTREAM_TIMEOUT: '1s',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '500ms',
    LOGIN_RATE: '1000/1m',
  });
  const random = createRandom(SEED);
  const all: { planted: Planted; wrongs: string[] }[] = [];
  let kills = 0;

  for (let first = 0; first < GRAPHS; first += ABREAST) {
    const numbers = Array.from({ length: Math.min(ABREAST, GRAPHS - first) }, (_, index) => first + index);
    const wave: Planted[] = [];
    for (const number of numbers) wave.push(await plant(simulator, gateway.url, random, number));
    for (const { owner, maxParallel } of wave) await owner.ask(RUN_LIST, { id: 'the list', maxParallel });

    for (let kill = 1; kill <= KILLS; kill += 1) {
      // The first death waits until all have begun, so that none was before its middle.
      const isTime = () => wave.every((one) => standOf(simulator, one).deployed > 0);
      while (!isTime()) await pause(20);
      await pause(500 * random.next());
      // The answer to what has just been done is still on its way then.
      const seen = MOMENTS[kill % MOMENTS.length]?.(simulator);
      while (MOMENTS[kill % MOMENTS.length]?.(simulator) === seen) await pause(2);
      for (const one of wave) if (standOf(simulator, one).isUnfinished) one.deaths += 1;
      await gateway.kill();
      kills += 1;
      await gateway.alive();
    }
    const ends = await Promise.all(wave.map(({ owner }) => endOfListRun(owner, 'the list')));
    const calls = simulator.calls.all();
    for (const [index, planted] of wave.entries()) {
      all.push({ planted, wrongs: wrongsOf(simulator, calls, planted, ends[index] as ListRun) });
    }
  }

  const { deployments } = simulator.control.state();
  const doubles = deployments.length - new Set(deployments.map(({ taskId }) => taskId)).size;
  const refused = simulator.calls.count(CREATE) - deployments.length;
  const fates = all.flatMap(({ planted }) => planted.graph.map(({ end }) => end));
  console.log(
    `seed ${SEED}: ${GRAPHS} graphs, ${GRAPHS * TASKS} tasks (${fates.filter((end) => end === 'completed').length} to complete, ` +
      `${fates.filter((end) => end === 'failed').length} to fail, ${fates.filter((end) => end === 'pending').length} behind a failure), ` +
      `${all.filter(({ planted }) => planted.capacity < planted.maxParallel).length} graphs with too few nodes, ` +
      `${kills} kills, each graph in the middle of ${Math.min(...all.map(({ planted }) => planted.deaths))} or more; ` +
      `${deployments.length} deployments, ${refused} more asked for in vain, ${doubles} doubles, ` +
      `${all.filter(({ wrongs }) => wrongs.length > 0).length} wrong ends`,
  );
  for (const [index, { planted, wrongs }] of all.entries()) {
    expect(wrongs, `graph ${index}`).toEqual([]);
    expect(planted.deaths, `deaths in the middle of graph ${index}`).toBeGreaterThan(0);
  }
});
