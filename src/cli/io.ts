import type { Runtime } from '../composition/runtime.ts';
import type { Config } from '../config.ts';

/** What a command has around it. Tests hand over their own. */
export interface CommandIo {
  /** @throws ConfigError, or StartError when `.env` cannot be read */
  loadConfig(): Config;
  /** Its logger writes to standard error, so that standard output has the result alone. */
  runtime: Runtime;
  writeOut(text: string): void;
  writeError(text: string): void;
}

/** What a command has found or done. The frame prints one form of it. */
export interface CommandResult {
  /** For `--json`. */
  json: Record<string, unknown>;
  /** For people, without a line break at the end. */
  text: string;
  /** 1 when what was asked is not as it should be, although the command itself worked. @default 0 */
  exitCode?: 0 | 1;
}

/** A command that was used wrongly: it ends with exit code 2. `message` says what to give. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
