import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DriftFinding, reportOnce } from './drift.ts';
import type { ObjectReader } from './object-reader.ts';
import { readList, readObject } from './read.ts';
import { flagOf, idOf, textOf } from './values.ts';

/** Decodes one object that is called `agent`. */
function reading<T>(value: unknown, decode: (reader: ObjectReader) => T) {
  const drift: string[] = [];
  const report = ({ kind, path }: DriftFinding) => drift.push(`${kind} ${path}`);
  let raw: unknown;
  const decoded = readObject(value, 'agent', report, (reader) => {
    const result = { fields: decode(reader) };
    raw = reader.raw();
    return result;
  });
  return { ...decoded, raw, drift };
}

describe('a member', () => {
  test('that is missing is null or the empty value, without drift', () => {
    const read = reading({}, (agent) => [
      agent.text('a'),
      agent.count('b'),
      agent.object('c'),
      agent.values('d', idOf),
    ]);
    expect(read).toEqual({ fields: [null, 0, null, []], raw: null, drift: [] });
  });

  test.each([
    ['x', 'x'],
    [7, '7'],
    ['', ''],
    [null, null],
  ])('as text: %j is %j, without drift', (value, text) => {
    expect(reading({ name: value }, (agent) => agent.text('name'))).toEqual({
      fields: text,
      raw: null,
      drift: [],
    });
  });

  test.each([
    [105, '105'],
    [' 105 ', '105'],
    ['', null],
    [0, '0'],
  ])('as id: %j is %j, without drift', (value, id) => {
    expect(reading({ id: value }, (agent) => agent.id('id'))).toEqual({ fields: id, raw: null, drift: [] });
  });

  test.each([[2 ** 53], [1.5], [true], [{}], [[]]])('as id: %j does not fit, and stays in raw', (value) => {
    expect(reading({ id: value }, (agent) => agent.id('id'))).toEqual({
      fields: null,
      raw: { id: value },
      drift: ['UNEXPECTED_SHAPE agent.id'],
    });
  });

  test.each([
    [3_000_000_000, 3_000_000_000, []],
    ['12', 12, []],
    [null, 0, []],
    [-1, 0, ['OUT_OF_RANGE agent.tokens']],
    [1.5, 1, ['OUT_OF_RANGE agent.tokens']],
    [1e30, Number.MAX_SAFE_INTEGER, ['OUT_OF_RANGE agent.tokens']],
    [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, ['OUT_OF_RANGE agent.tokens']],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER, ['OUT_OF_RANGE agent.tokens']],
    ['many', 0, ['UNEXPECTED_SHAPE agent.tokens']],
  ])('as count: %j is the nearest that fits, %d', (value, count, drift) => {
    const read = reading({ tokens: value }, (agent) => agent.count('tokens'));
    expect(read).toMatchObject({ fields: count, drift });
    expect(read.raw).toEqual(drift.length === 0 ? null : { tokens: value });
  });

  test.each([
    [100, 100],
    [2 ** 31, null],
    [-1, null],
    [0.5, null],
    [Number.POSITIVE_INFINITY, null],
  ])('as a whole number within limits: %d is %d', (value, whole) => {
    const read = reading({ turns: value }, (agent) => agent.whole('turns', 0, 2 ** 31 - 1));
    expect(read.fields).toBe(whole);
    expect(read.drift).toEqual(whole === null ? ['OUT_OF_RANGE agent.turns'] : []);
  });

  test('as a number: what is not finite is null, because neither JSON nor GraphQL has it', () => {
    expect(reading({ share: '9'.repeat(400) }, (agent) => agent.number('share'))).toMatchObject({
      fields: null,
      drift: ['OUT_OF_RANGE agent.share'],
    });
  });

  test('as a word: one outside the vocabulary is passed on and reported', () => {
    const isKnown = (word: string) => word === 'low';
    const read = reading({ effort: 'extreme' }, (agent) => agent.word('effort', isKnown));
    expect(read).toEqual({ fields: 'extreme', raw: null, drift: ['UNKNOWN_WORD agent.effort'] });
    expect(reading({ effort: 'low' }, (agent) => agent.word('effort', isKnown)).drift).toEqual([]);
  });

  test('as a flag: 0, 1 and their texts count, another word does not fit', () => {
    const flags = (agent: ObjectReader) => ['a', 'b', 'c'].map((name) => agent.value(name, flagOf));
    expect(reading({ a: 1, b: 'false', c: 'maybe' }, flags)).toEqual({
      fields: [true, false, null],
      raw: { c: 'maybe' },
      drift: ['UNEXPECTED_SHAPE agent.c'],
    });
  });
});

describe('what no field names', () => {
  test('stands in raw under its path, and is reported by its path', () => {
    const read = reading(
      {
        id: 1,
        extra: 1,
        author: { name: 'Jane', foo: { deep: true } },
        status: [{ id: 1 }, { id: 2, bar: 3 }],
      },
      (agent) => [
        agent.id('id'),
        agent.object('author')?.text('name'),
        agent.list('status', (entry) => entry.id('id') ?? undefined),
      ],
    );
    expect(read).toEqual({
      fields: ['1', 'Jane', ['1', '2']],
      raw: { extra: 1, author: { foo: { deep: true } }, status: [{}, { bar: 3 }] },
      drift: [
        'UNKNOWN_FIELD agent.extra',
        'UNKNOWN_FIELD agent.author.foo',
        'UNKNOWN_FIELD agent.status[].bar',
      ],
    });
  });

  test('stands only in the nearest raw', () => {
    const read = reading({ parts: [{ type: 'text', foo: 1 }] }, (agent) =>
      agent.list('parts', (part) => {
        part.keepRaw();
        part.text('type');
        return part.raw();
      }),
    );
    expect(read).toMatchObject({
      fields: [{ foo: 1 }],
      raw: null,
      drift: ['UNKNOWN_FIELD agent.parts[].foo'],
    });
  });

  test('is no drift when the decoder knows it', () => {
    const read = reading({ userId: 1 }, (agent) => agent.known('userId', 'channel'));
    expect(read).toMatchObject({ raw: { userId: 1 }, drift: [] });
  });

  test('is never reported by a name that may be a value', () => {
    const secretive = { '12345': 1, 'A-99bd84b60376ecda56c1145b2074ca32': 1, 'jane@example.com': 1 };
    expect(reading(secretive, () => 1).drift).toEqual(Array(3).fill('UNKNOWN_FIELD agent.*'));
  });
});

describe('a list', () => {
  test('comes without what cannot be decoded, and says so', () => {
    const read = reading({ chain: [{ id: 1 }, { name: 'x' }, null, 'x', { id: 2 }] }, (agent) => [
      agent.list('chain', (entry) => entry.id('id') ?? undefined),
      agent.incompleteLists(),
    ]);
    expect(read.fields).toEqual([['1', '2'], ['chain']]);
    expect(read.raw).toEqual({ chain: [{}, { name: 'x' }, {}, 'x', {}] });
    expect(new Set(read.drift)).toEqual(new Set(['UNREADABLE_ELEMENT agent.chain[]']));
  });

  test('of plain values stays whole in raw when one of them does not fit', () => {
    const read = reading({ tools: ['a', { b: 1 }] }, (agent) => [
      agent.values('tools', textOf),
      agent.incompleteLists(),
    ]);
    expect(read).toEqual({
      fields: [['a'], ['tools']],
      raw: { tools: ['a', { b: 1 }] },
      drift: ['UNREADABLE_ELEMENT agent.tools[]'],
    });
  });

  test('may be an object with number keys, and no other object', () => {
    expect(reading({ ids: { 0: 5, 1: '6' } }, (agent) => agent.values('ids', idOf)).fields).toEqual([
      '5',
      '6',
    ]);
    expect(reading({ ids: { a: 5 } }, (agent) => agent.values('ids', idOf))).toMatchObject({
      fields: [],
      raw: { ids: { a: 5 } },
      drift: ['UNEXPECTED_SHAPE agent.ids'],
    });
  });

  test('at the top says how many elements were left out', () => {
    const drift: DriftFinding[] = [];
    const ids = (value: unknown) =>
      readList(
        value,
        'agents',
        (finding) => drift.push(finding),
        (agent) => agent.id('id') ?? undefined,
      );
    expect(ids([{ id: 1 }])).toEqual({ items: ['1'], isComplete: true, skipped: 0 });
    expect(ids([{ id: 1 }, {}, 7])).toEqual({ items: ['1'], isComplete: false, skipped: 2 });
    expect(ids('none')).toBeUndefined();
    expect(new Set(drift.map(({ path, kind }) => `${kind} ${path}`))).toEqual(
      new Set(['UNREADABLE_ELEMENT agents[]']),
    );
  });
});

test('an object: null for none, for an empty list and for what is no object', () => {
  const objects = (agent: ObjectReader) => ['a', 'b', 'c'].map((name) => agent.object(name));
  expect(reading({ a: null, b: [], c: 'text' }, objects)).toEqual({
    fields: [null, null, null],
    raw: { c: 'text' },
    drift: ['UNEXPECTED_SHAPE agent.c'],
  });
});

describe('reports of one answer', () => {
  test('say each finding once', () => {
    const drift: DriftFinding[] = [];
    const report = reportOnce('agents/list', (finding) => drift.push(finding));
    const list = Array.from({ length: 500 }, (_, id) => ({ id, extra: 1 }));
    readList(list, 'agents', report, (agent) => agent.id('id') ?? undefined);
    expect(drift).toEqual([{ operation: 'agents/list', path: 'agents[].extra', kind: 'UNKNOWN_FIELD' }]);
  });

  test('are bounded, however many unknown members it has', () => {
    let findings = 0;
    const report = reportOnce('agents/list', () => {
      findings += 1;
    });
    const agents = Array.from({ length: 200 }, (_, at) => ({ [`extra${'x'.repeat(at % 60)}${at}`]: 1 }));
    readList(agents, 'agents', report, () => 1);
    expect(findings).toBeLessThanOrEqual(100);
  });
});

test('any JSON: every leaf of an object is in a field or in raw', () => {
  const leaves = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
  fc.assert(
    fc.property(
      fc.record({
        id: fc.jsonValue(),
        tokens: fc.jsonValue(),
        author: fc.jsonValue(),
        tools: fc.jsonValue(),
        chain: fc.jsonValue(),
        other: fc.jsonValue(),
      }),
      (value) => {
        const source = JSON.parse(JSON.stringify(value));
        const read = reading(source, (agent) => [
          agent.text('id'),
          agent.count('tokens'),
          agent.object('author')?.text('name'),
          agent.values('tools', textOf),
          agent.list('chain', (entry) => entry.text('id')),
        ]);
        const shown = leaves(read).map(String);
        // Null and empty text are none, and the digits of a count may be written in other ways.
        const isOtherwise = (leaf: unknown) =>
          leaf === null || (typeof leaf === 'string' && !Number.isNaN(Number(leaf)));
        for (const leaf of leaves(source)) if (!isOtherwise(leaf)) expect(shown).toContain(String(leaf));
      },
    ),
  );
});
