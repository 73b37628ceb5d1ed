import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BREAKS, type Break, brokenCopy } from '../../chaos/breaks.ts';

test.each(Object.keys(BREAKS) as Break[])(
  'the text that --break %s replaces is in its file',
  async (what) => {
    const folder = await mkdtemp(join(tmpdir(), 'quantgate-breaks-'));
    try {
      expect(brokenCopy(process.cwd(), folder, [what])).toContain(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
