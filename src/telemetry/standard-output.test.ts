import { spawnSync } from 'node:child_process';
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
