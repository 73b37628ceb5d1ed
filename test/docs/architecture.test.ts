import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { readProjectFile } from './environment.ts';

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: { name: string; comment?: string }[];
};

/** Room → the rooms its row of the table names. */
const table = new Map(
  [...readProjectFile('ARCHITECTURE.md').matchAll(/^\| (`\w+`(?:, `\w+`)*) \| (.*) \|$/gm)].flatMap(
    ([, rooms = '', allowed = '']) =>
      wordsIn(rooms).map((room) => [room, wordsIn(allowed.split(';')[0] ?? '')] as const),
  ),
);

function wordsIn(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
}

test('the rooms and their allowed imports are those that are checked', () => {
  const rules = forbidden.filter(({ name }) => name.endsWith('-stays-in-its-direction'));
  expect(rules.length).toBeGreaterThan(5);
  for (const { name, comment = '' } of rules) {
    const room = name.replace('-stays-in-its-direction', '');
    const allowed = /may import (.*) only/.exec(comment)?.[1]?.split(', ') ?? [];
    expect(table.get(room)?.sort(), room).toEqual(
      allowed.filter((other) => !['lib', 'domain', room].includes(other)).sort(),
    );
  }
});
