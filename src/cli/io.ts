import type { Runtime } from '../composition/runtime.ts';
import type { Config, Environment } from '../config.ts';
import type { Prompts } from './prompts.ts';

/** What a command has around it. Tests hand over their own. */
export interface CommandIo {
  /** The environment, with what `.env` of `folder` adds to it. @throws StartError when `.env` cannot be read */
  readEnvironment(): Environment;
  /** @throws ConfigError, or StartError when `.env` cannot be read */
  loadConfig(): Config;
  /** The working directory: where `.env` is. */
  folder: string;
  /** Its logger writes to standard error, so that standard output has the result alone. */
  runtime: Runtime;
  readDiskSpace: ReadDiskSpace;
  writeOut(text: string): void;
  writeError(text: string): void;
  /** The terminal that standard output is; undefined when it is a file or a pipe. */
  terminal: Terminal | undefined;
  /** Asks the person at the terminal; undefined where standard input is no terminal. */
  prompts: Prompts | undefined;
  /** From now on Ctrl-C and SIGTERM abort this signal, once, instead of ending the process. */
  heedSignals(): AbortSignal;
}

/** Reads how much room a disk has for this user. @param path a folder on it */
export type ReadDiskSpace = (path: string) => Promise<{ freeBytes: number }>;

/** A terminal that output goes to. */
export interface Terminal {
  /** Its width now, in characters. */
  columns(): number;
  hasColors: boolean;
}

/** What a command has found or done. The frame prints one form of it. */
export interface CommandResult {
  /** For `--json`; undefined when the command has written its lines already. */
  json: Record<string, unknown> | undefined;
  /** For people, without a line break at the end; undefined when the command has written its lines already. */
  text: string | undefined;
  /**
   * 1 when what was asked is not as it should be, although the command itself worked; 3 when what was followed has been
   * stopped. @default 0
   */
  exitCode?: 0 | 1 | 3;
}

/** A command that was used wrongly: it ends with exit code 2. `message` says what to give. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
