import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type AuditCase, type AuditKind, hasHeld, runKind } from './audit.ts';
import { AUDIT_BREAKS, type AuditBreak, brokenAuditCopy } from './breaks.ts';
import { access } from './kinds/access.ts';
import { canaries } from './kinds/canaries.ts';
import { documents } from './kinds/documents.ts';
import { isolation } from './kinds/isolation.ts';
import { neighbors } from './kinds/neighbors.ts';
import { poison } from './kinds/poison.ts';
import { requests } from './kinds/requests.ts';
import { tokens } from './kinds/tokens.ts';
import { watchTokens } from './kinds/watch-tokens.ts';
import { kinds } from './kinds.ts';
import { describeResults } from './report.ts';

const held: AuditCase = { name: 'a door, when pushed: shut', attempt: async () => undefined };
const breached: AuditCase = { name: 'a window, when pushed: shut', attempt: async () => 'it was open' };
const failing: AuditCase = {
  name: 'a wall, when pushed: there',
  attempt: () => Promise.reject(new Error('no wall')),
};

function kindOf(cases: AuditCase[], controls: AuditCase[]): AuditKind {
  return { name: 'houses', meaning: 'they stand', open: async () => ({ cases, controls }) };
}

/** Runs a kind, and shows what did not hold with the name of its case. */
async function audit(kind: AuditKind): Promise<void> {
  const result = await runKind(kind);
  expect(result.cases.filter(({ breach }) => breach !== undefined)).toEqual([]);
  expect(result.blind).toEqual([]);
  expect(new Set(result.cases.map(({ name }) => name)).size).toBe(result.cases.length);
}

test('a case that breaks or throws is a breach, and the table says which', async () => {
  const result = await runKind(kindOf([held, breached, failing], [breached]));
  expect(hasHeld(result)).toBe(false);
  expect(describeResults([result])).toBe(
    [
      '| kind | cases | held | what it means |',
      '|---|---|---|---|',
      '| houses | 3 | 1 | they stand |',
      '| **all** | **3** | **1** | |',
      '',
      'BREACH  houses: a window, when pushed: shut',
      '        it was open',
      'BREACH  houses: a wall, when pushed: there',
      '        Error: no wall',
      '2 of 3 cases did not hold.',
    ].join('\n'),
  );
});

test('a kind whose control does not fail, or that has none, has not held', async () => {
  const blind = await runKind(kindOf([held], [held]));
  expect([hasHeld(blind), blind.blind]).toEqual([false, [held.name]]);
  expect(describeResults([blind])).toContain(
    'BLIND   houses: this control did not fail: a door, when pushed',
  );
  expect(hasHeld(await runKind(kindOf([held], [])))).toBe(false);
  expect(hasHeld(await runKind(kindOf([held], [failing])))).toBe(true);
});

test('a world that cannot be booted is a breach', async () => {
  const open = () => Promise.reject(new Error('no world'));
  const result = await runKind({ name: 'houses', meaning: 'they stand', open });
  expect(result.cases.map(({ breach }) => breach)).toEqual(['Error: no world']);
});

test('no two kinds have one name', () => {
  expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
});

test(
  'audit: every hostile document is refused by every door with the same code',
  () => audit(documents),
  120_000,
);
test(
  'audit: hostile tokens open no door, and no kind of token passes for another',
  () => audit(tokens),
  120_000,
);

test(
  'audit: two users with equal ids who ask for the same at the same time get nothing of each other',
  () => audit(isolation),
  300_000,
);

test(
  "audit: another user's ids and credentials are NOT_FOUND to every operation and route",
  () => audit(access),
  120_000,
);

test(
  'audit: a watch token reads its own deployment by every door, and opens nothing else',
  () => audit(watchTokens),
  120_000,
);

test(
  'audit: a poisoned answer is a typed error or a value, and the next call works',
  () => audit(poison),
  300_000,
);

test(
  'audit: malformed requests and bodies are refused, and every route but the published ones needs a token',
  () => audit(requests),
  120_000,
);

test(
  'audit: planted secrets are in no file, no line of the log and no answer, in no form',
  () => audit(canaries),
  120_000,
);

test.each(Object.keys(AUDIT_BREAKS) as AuditBreak[])(
  'the text that --break %s replaces is in its file, and its kind is there',
  async (what) => {
    const folder = await mkdtemp(join(tmpdir(), 'quantgate-breaks-'));
    try {
      expect(brokenAuditCopy(process.cwd(), folder, what)).toContain(folder);
      expect(kinds.map(({ name }) => name)).toContain(AUDIT_BREAKS[what].seenBy);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test(
  'audit: while one user does what costs most, every request of a neighbor is answered',
  () => audit(neighbors),
  180_000,
);
