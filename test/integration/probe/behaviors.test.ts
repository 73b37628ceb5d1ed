import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../../simulator/index.ts';
import { probeQuantCdn, probeQuantConnect } from '../../../src/probe/probe.ts';
import {
  PROBE_OPTIONS,
  QUANTCDN_ACCOUNT,
  QUANTCONNECT_ACCOUNT,
  startFilledSimulator,
} from '../../support/probe-world.ts';

type QuantConnectBehavior = NonNullable<SimulatorOptions['behavior']>;
type QuantCdnBehavior = NonNullable<NonNullable<SimulatorOptions['quantcdn']>['behavior']>;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startFilledSimulator();
});
afterAll(() => simulator.close());

const quantConnect = () =>
  probeQuantConnect({ baseUrl: simulator.url, ...QUANTCONNECT_ACCOUNT }, PROBE_OPTIONS);
const quantCdn = () => probeQuantCdn({ baseUrl: simulator.quantCdnUrl, ...QUANTCDN_ACCOUNT }, PROBE_OPTIONS);

async function notHeld(probe: typeof quantConnect): Promise<string[]> {
  const { assumptions } = await probe();
  return assumptions.flatMap(({ id, status }) => (status === 'held' ? [] : [`${id} ${status}`]));
}

describe('each behavior of the simulated QuantConnect', () => {
  const plain: QuantConnectBehavior = {
    authFailure: 'http401',
    looseTypes: false,
    emptyObjectsAsArrays: true,
    handBackKeys: true,
    queuedConversation: 'null',
    maxAgeSeconds: 7_200,
  };

  test.each<[QuantConnectBehavior, string[]]>([
    [{ authFailure: 'hash200' }, []],
    [{ authFailure: 'http500' }, []],
    [{ emptyObjectsAsArrays: false }, []],
    [{ queuedConversation: 'absent' }, []],
    [{ handBackKeys: false }, ['llm-key-on-read undecided']],
    [{ looseTypes: true }, ['loose-types broken']],
    [{ maxAgeSeconds: 86_400 }, ['signature-lifetime broken', 'refused-signature-shapes undecided']],
  ])('%j is found: %j', async (behavior, expected) => {
    simulator.control.setBehavior(behavior);
    const found = await notHeld(quantConnect);
    simulator.control.setBehavior(plain);
    expect(found).toEqual(expected);
  });
});

describe('each behavior of the simulated QuantCDN', () => {
  const plain: QuantCdnBehavior = {
    errorShape: 'v2',
    listItems: 'small',
    count: 'answered',
    badQuery: 'refused',
    encoding: {
      objects: 'object',
      lists: 'list',
      graph: 'map',
      nulls: 'null',
      numbers: 'number',
      expiresAt: 'milliseconds',
    },
  };

  test.each<[QuantCdnBehavior, string[]]>([
    [{ badQuery: 'clamped' }, []],
    [{ errorShape: 'message' }, ['error-bodies broken']],
    [{ errorShape: 'html' }, ['error-bodies broken']],
    [{ errorShape: 'empty' }, ['error-bodies broken']],
    [{ listItems: 'full' }, ['list-item-size broken']],
    [{ count: 'total' }, ['count-meaning broken']],
    [{ encoding: { objects: 'text' } }, ['json-inside-text broken']],
    [{ encoding: { objects: 'emptyAsList' } }, []],
    [{ encoding: { lists: 'map' } }, ['loose-types broken']],
    [{ encoding: { lists: 'text' } }, ['json-inside-text broken']],
    [{ encoding: { graph: 'list' } }, ['graph-shape broken']],
    [{ encoding: { graph: 'text' } }, ['json-inside-text broken']],
    [{ encoding: { nulls: 'absent' } }, ['every-field-optional broken']],
    [{ encoding: { numbers: 'text' } }, ['loose-types broken']],
    [{ encoding: { expiresAt: 'seconds' } }, ['time-units broken']],
  ])('%j is found: %j', async (behavior, expected) => {
    simulator.quantcdn.setBehavior(behavior);
    const found = await notHeld(quantCdn);
    simulator.quantcdn.setBehavior(plain);
    expect(found).toEqual(expected);
  });
});

describe('members that are not known', () => {
  const withExtraFields = async (probe: typeof quantConnect) => {
    simulator.faults.add({ kind: 'extraFields', times: Number.POSITIVE_INFINITY });
    const report = await probe();
    simulator.faults.clear();
    const found = report.assumptions.filter(({ status }) => status === 'broken' || status === 'new');
    expect(found.map(({ id, status }) => `${id} ${status}`)).toEqual(['unknown-fields new']);
    return report.new.map(({ operation, path }) => `${operation} ${path}`);
  };

  test('are in the list of what is new, with their operation and path: QuantConnect', async () => {
    expect(await withExtraFields(quantConnect)).toEqual(
      expect.arrayContaining([
        'agents/list surprise',
        'agents/list agents[].surprise',
        'tasks/list tasks[].status[].surprise',
        'conversation/read conversation.messages[].parts[].surprise',
      ]),
    );
  });

  test('are in the list of what is new, with their operation and path: QuantCDN', async () => {
    const found = await withExtraFields(quantCdn);
    expect(found).toEqual(expect.arrayContaining(['listTasks tasks[].surprise', 'getTask surprise']));
    expect(found.filter((one) => one.startsWith('getDependencyGraph'))).not.toEqual([]);
  });
});

test('lower-case words of statuses are held, and an unknown one is new', async () => {
  simulator.faults.add({ kind: 'lowerCaseStatus', times: Number.POSITIVE_INFINITY });
  expect(await notHeld(quantConnect)).toEqual([]);
  simulator.faults.clear();
  simulator.faults.add({ kind: 'unknownStatus', times: Number.POSITIVE_INFINITY });
  const { assumptions } = await quantConnect();
  simulator.faults.clear();
  expect(assumptions.find(({ id }) => id === 'status-vocabulary')).toMatchObject({
    status: 'new',
    detail: '"Hibernating"',
  });
  expect(assumptions.filter(({ status }) => status === 'broken')).toEqual([]);
});
