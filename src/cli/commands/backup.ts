import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { withFileFailures } from '../../composition/file-failures.ts';
import { hasStore, storeFileOf } from '../../composition/open-store.ts';
import { StartError } from '../../lib/start-error.ts';
import type { Frame } from '../frame.ts';
import type { CommandIo, CommandResult } from '../io.ts';
import { createQuestions } from '../questions.ts';

/** Adds `backup`. */
export function addBackup({ add, printing }: Frame): void {
  add('backup', 'copy the embedded store, also while the gateway serves; for PostgreSQL, say what to run')
    .argument('<file>', 'where the copy goes')
    .action(printing(backUp));
}

/** How long the copy waits for the lock of another process. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Copies the embedded store as it is at one moment. The copy is made beside its place and moved there when it is whole.
 * @throws StartError when there is no store, or a file cannot be used
 */
async function backUp(io: CommandIo, file: string, options: { yes?: boolean }): Promise<CommandResult> {
  const config = io.loadConfig();
  if (config.databaseUrl !== undefined) return sayWhatToRun('pg_dump', dumpLine(file));
  const { dataDir } = config;
  if (!hasStore(config))
    throw new StartError(
      `There is no store in DATA_DIR ${dataDir}: name its folder, or start the gateway first`,
    );
  const target = resolve(io.folder, file);
  if (existsSync(target)) {
    const questions = createQuestions(io, options);
    if (!(await questions.confirm(`${file} exists. Replace it?`, false))) throw keptAsItIs(file);
  }
  const draft = join(dirname(target), `.${io.runtime.random.uuid()}.draft`);
  try {
    await withFileFailures({ dataDir, file: 'quantgate.db' }, () => copyStore(storeFileOf(config), draft));
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
  const { size } = statSync(target);
  const lines = [
    `Wrote ${file} (${size} bytes).`,
    config.encryptionKeys === undefined
      ? `Keep the keys too: ${join(dataDir, 'encryption-keys')} and ${join(dataDir, 'jwt-private-keys.pem')}.`
      : 'Keep ENCRYPTION_KEYS and JWT_PRIVATE_KEYS too: without them nothing that is stored can be opened.',
  ];
  return { json: { file: target, bytes: size }, text: lines.join('\n') };
}

/** Writes a complete copy into a new file that only its owner can read. */
function copyStore(from: string, to: string): void {
  try {
    closeSync(openSync(to, 'wx', 0o600));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new StartError(`The folder of the copy cannot be written (${code}): name another place`);
  }
  const database = new DatabaseSync(from, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    // It reads in one transaction, which waits for no writer and holds none up.
    database.prepare('VACUUM INTO ?').run(to);
    chmodSync(to, 0o600);
  } finally {
    database.close();
  }
}

/** For a store that PostgreSQL's own programs copy. Nothing was done, so the exit code is 1. */
export function sayWhatToRun(program: string, command: string): CommandResult {
  const text = `The store is in PostgreSQL, which ${program} reads; nothing was done. Run:\n  ${command}`;
  return { json: { command }, text, exitCode: 1 };
}

/** A question to replace a file was answered with no. */
export function keptAsItIs(what: string): StartError {
  return new StartError(`${what} was left as it is; nothing was done`);
}

function dumpLine(file: string): string {
  return `pg_dump --format=custom --file=${quote(file)} "$DATABASE_URL"`;
}

/** A word for a shell. */
export function quote(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
