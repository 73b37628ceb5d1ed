import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LINES = 500;

/** What a process has written that logs many lines in one turn, and then ends. */
function outputOf(ending: string): string {
  const script = `
    import { createLogger } from '${new URL('./logger.ts', import.meta.url)}';
    const logger = createLogger({ level: 'info' });
    for (let at = 0; at < ${LINES}; at += 1) logger.info({ at }, 'a line');
    ${ending}`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }).stdout;
}

test.each(['process.exit(3)', 'throw new Error("broken")', ''])(
  'every line that was logged before the end is written: %j',
  (ending) => {
    const lines = outputOf(ending).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).at)).toEqual(Array.from({ length: LINES }, (_, at) => at));
  },
);

test('lines of many turns, to a file: none of them waits for the disk', () => {
  const script = `
    import fs from 'node:fs';
    import { createLogger } from '${new URL('./logger.ts', import.meta.url)}';
    let flushes = 0;
    fs.fsyncSync = () => void (flushes += 1);
    const logger = createLogger({ level: 'info' });
    for (let at = 0; at < 20; at += 1) {
      logger.info({ at }, 'a line');
      await new Promise(setImmediate);
    }
    process.stderr.write(String(flushes));`;
  const folder = mkdtempSync(join(tmpdir(), 'quantgate-log-'));
  const file = openSync(join(folder, 'log'), 'w');
  try {
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', file, 'pipe'],
      encoding: 'utf8',
    });
    expect(stderr).toBe('0');
    expect(readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n')).toHaveLength(20);
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
});
