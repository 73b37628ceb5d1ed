import { join } from 'node:path';
import { StartError } from '../lib/start-error.ts';

/** SQLite's result codes (SQLite manual, Result and Error Codes). */
const SQLITE = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 };

/** Runs what uses the data folder; a failure of the file system or of SQLite becomes a line for operators. */
export async function withFileFailures<T>(
  { dataDir, file }: { dataDir: string; file: string },
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = findFailure(error);
    if (failure === undefined) throw error;
    throw new StartError(describe(failure, dataDir, join(dataDir, file)), { cause: error });
  }
}

interface FileFailure {
  /** Node's code; with `path`, that of the file. */
  code: string;
  path: string | undefined;
  /** SQLite's result code. */
  sqlite: number | undefined;
}

/** The first cause that comes from the file system or from SQLite. */
function findFailure(error: unknown): FileFailure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, path, errcode } = cause as NodeJS.ErrnoException & { errcode?: number };
    if (errcode !== undefined) return { code: code ?? '', path: undefined, sqlite: errcode & 0xff };
    if (code !== undefined && path !== undefined) return { code, path, sqlite: undefined };
  }
  return undefined;
}

function describe({ code, path, sqlite }: FileFailure, dataDir: string, file: string): string {
  if (code === 'ENOTDIR' || (code === 'EEXIST' && path === dataDir))
    return `DATA_DIR ${dataDir} is not a folder: name a folder, or move the file away`;
  if (code === 'ENOSPC' || code === 'EDQUOT' || sqlite === SQLITE.full)
    return `DATA_DIR ${dataDir} cannot be written: its disk is full; make room`;
  if (sqlite === SQLITE.notADatabase)
    return `${file} is not a SQLite database: restore it from a backup, or move it away to begin anew`;
  if (sqlite === SQLITE.corrupt) return `${file} is damaged: restore it from a backup`;
  if (sqlite === SQLITE.busy) return `${file} is locked by another program: end that program`;
  if (sqlite === SQLITE.cantOpen || sqlite === SQLITE.readOnly || /^E(ACCES|PERM|ROFS)$/.test(code))
    return `DATA_DIR ${dataDir} cannot be written (${code}): let ${userName()} write there, or name another folder`;
  return `${path ?? file} cannot be opened (${code}): it has to be a file that ${userName()} can write`;
}

function userName(): string {
  const uid = process.getuid?.();
  return uid === undefined ? 'the user of this process' : `the user ${uid}`;
}
