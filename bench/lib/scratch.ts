import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of all files that a run writes besides its results; removed at its end, however it ends. */
export const SCRATCH: string = mkdtempSync(join(tmpdir(), 'quantgate-bench-'));
process.on('exit', () => rmSync(SCRATCH, { recursive: true, force: true, maxRetries: 5 }));
