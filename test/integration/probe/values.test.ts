import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../simulator/index.ts';
import { probeQuantCdn, probeQuantConnect } from '../../../src/probe/probe.ts';
import { describeReport, type ProbeReport } from '../../../src/probe/report.ts';
import {
  PROBE_OPTIONS,
  QUANTCDN_ACCOUNT,
  QUANTCONNECT_ACCOUNT,
  startFilledSimulator,
} from '../../support/probe-world.ts';
import { type Rewrite, type RewritingProxy, startRewritingProxy } from '../../support/rewriting-proxy.ts';

/** Stands in every text that a user could have written. */
const TEXT = 'canaryText';

let simulator: Simulator;
let proxy: RewritingProxy;
beforeAll(async () => {
  simulator = await startFilledSimulator({}, { text: TEXT });
  proxy = await startRewritingProxy(simulator.quantCdnUrl);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await simulator.close();
});

/** Both forms of the report on both upstreams. */
async function outputWith(rewrite: Rewrite): Promise<string> {
  proxy.rewrite(rewrite);
  const reports = [
    await probeQuantConnect({ baseUrl: `${proxy.url}/api/v2`, ...QUANTCONNECT_ACCOUNT }, PROBE_OPTIONS),
    await probeQuantCdn({ baseUrl: proxy.url, ...QUANTCDN_ACCOUNT }, PROBE_OPTIONS),
  ];
  const report: ProbeReport = {
    assumptions: reports.flatMap(({ assumptions }) => assumptions),
    new: reports.flatMap((one) => one.new),
  };
  return JSON.stringify(report) + describeReport(report);
}

/** Every text and number of these answers, apart from the words that the page itself has. */
function valuesOf(answers: readonly unknown[]): string[] {
  const values = new Set<string>();
  const visit = (name: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(Array.isArray(value) ? name : key, inner);
    } else if (!['status', 'aggregateStatus', 'type', 'state', 'role', 'toolChoice'].includes(name)) {
      // Shorter ones are in any text.
      if (String(value).length > 4 && typeof value !== 'boolean') values.add(String(value));
    }
  };
  for (const answer of answers) visit('', answer);
  return [...values];
}

/** Words of the pages that stand in values too. */
const OWN_WORDS = ['medium', 'project-for-task'];

test('nothing of what the upstreams answer is in the report', async () => {
  const answers: unknown[] = [];
  const output = await outputWith(({ json }) => answers.push(structuredClone(json)));
  const values = valuesOf(answers).filter((value) => !OWN_WORDS.includes(value));
  expect(values.length).toBeGreaterThan(80);
  expect(values.filter((value) => output.includes(value))).toEqual([]);
  expect(output).not.toContain(TEXT);
  for (const secret of [...Object.values(QUANTCONNECT_ACCOUNT), QUANTCDN_ACCOUNT.apiToken])
    expect(output).not.toContain(secret);
});

describe('a canary', () => {
  /** Rewrites each value, and with `keys` each name of a member that the page does not have. */
  const planting = (change: (name: string, value: unknown) => unknown): Rewrite => {
    const visit = (name: string, value: unknown): unknown => {
      if (Array.isArray(value)) return value.map((inner) => visit(name, inner));
      if (typeof value !== 'object' || value === null) return change(name, value);
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(key, inner)]));
    };
    return (exchange) => {
      exchange.json = visit('', exchange.json);
    };
  };
  const isEnvelope = (name: string) => name === 'success';

  test.each([
    ['letters', 'SecretCanary'],
    ['an id', 'A-99bd84b60376ecda56c1145b2074ca32'],
    ['words', 'Secret Canary Words'],
    ['an address', 'canary@example.com'],
  ])('in place of every text is not shown: %s', async (_name, canary) => {
    const output = await outputWith(planting((_key, value) => (typeof value === 'string' ? canary : value)));
    expect(output).not.toContain(canary);
  });

  test('in place of every number is not shown', async () => {
    const output = await outputWith(
      planting((_key, value) => (typeof value === 'number' ? 77_123_456 : value)),
    );
    expect(output).not.toContain('77123456');
  });

  test('in place of every value but the statuses is not shown, nor are its letters as a status', async () => {
    const canary = 'SecretCanary';
    const output = await outputWith(
      planting((name, value) => (isEnvelope(name) || typeof value === 'number' ? value : canary)),
    );
    expect(output).not.toContain(canary);
  });

  test('as the name of a member is not shown when it stands as a value, or looks like one', async () => {
    const names = [TEXT, '99bd84b60376ecda56c1145b2074ca32', 'canary@example.com'];
    const output = await outputWith((exchange) => {
      const visit = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        for (const inner of Object.values(value)) visit(inner);
        if (!Array.isArray(value)) for (const name of names) Object.assign(value, { [name]: { [name]: 1 } });
      };
      visit(exchange.json);
    });
    expect(output).toContain('UNKNOWN_FIELD');
    for (const name of names) expect(output).not.toContain(name);
  });
});
