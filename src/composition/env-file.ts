import { join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { StartError } from '../lib/start-error.ts';

/**
 * Reads `.env` of a folder into the environment of this process, if there is one. Variables that are set already stay as
 * they are, empty ones included. @throws StartError when the file cannot be read
 */
export function readEnvFile(folder: string): void {
  const path = join(folder, '.env');
  try {
    loadEnvFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return;
    throw new StartError(`${path} cannot be read (${code ?? error}); make it a readable file or remove it`);
  }
}
