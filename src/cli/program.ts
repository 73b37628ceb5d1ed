import { Command, CommanderError } from 'commander';
import { describeFailure } from '../composition/start-failures.ts';
import { newKey, rotateKeys, showKeys } from './commands/keys.ts';
import { migrateStore } from './commands/migrate.ts';
import { probeUpstreams } from './commands/probe.ts';
import { type CommandIo, type CommandResult, UsageError } from './io.ts';

/** Exit codes of every command (docs/operate/command-line.md, Every command). */
const DONE = 0;
const FAILED = 1;
const USED_WRONGLY = 2;

/**
 * Runs one command and prints its result: JSON on standard output with `--json`, else text; a failure as one line on
 * standard error.
 * @param args what follows the program's name
 * @returns the exit code; undefined when the command goes on running, as `start` does
 */
export async function runCommandLine(args: readonly string[], io: CommandIo): Promise<number | undefined> {
  let exitCode: number | undefined = DONE;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed the help, the version or what is wrong. Without a command it prints the help as an error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : USED_WRONGLY;
    if (error instanceof UsageError) {
      io.writeError(`${error.message}\n`);
      return USED_WRONGLY;
    }
    io.writeError(`${describeFailure(error, 'The command failed', process.env.LOG_LEVEL)}\n`);
    return FAILED;
  }
}

function createProgram(io: CommandIo, setExitCode: (code: number | undefined) => void): Command {
  const program = new Command('quantgate');
  program
    .description('The command line of the gateway, for operators.')
    .version(io.runtime.version)
    .configureOutput({ writeOut: io.writeOut, writeErr: io.writeError })
    .exitOverride();

  /** A command, with the options that every command has. */
  const add = (name: string, description: string, family = program): Command =>
    family.command(name).description(description).option('--json', 'print the result as JSON');

  /** Runs the work of a command and prints what it returns. */
  const printing =
    <Options extends object>(work: (io: CommandIo, options: Options) => Promise<CommandResult>) =>
    async (options: Options & { json?: boolean }): Promise<void> => {
      const { json, text, exitCode = DONE } = await work(io, options);
      io.writeOut(`${options.json ? JSON.stringify(json, null, 2) : text}\n`);
      setExitCode(exitCode);
    };

  add('start', 'start the gateway, as `npm start` does; its log lines are JSON anyway').action(async () => {
    const { run } = await import('../start.ts');
    await run();
    setExitCode(undefined);
  });
  const keys = program.command('keys').description('the keys that wrap stored secrets');
  add('status', 'which keys are needed for how many rows, and which may be dropped', keys).action(
    printing(showKeys),
  );
  add('new', 'make a new key, to be put into ENCRYPTION_KEYS', keys).action(printing(newKey));
  add('rotate', 'wrap everything with the first key, while gateways serve', keys).action(
    printing(rotateKeys),
  );
  add('migrate', 'bring the store up to date')
    .option('--status', 'only say what is pending')
    .action(printing(migrateStore));
  add('probe', 'ask the upstreams which assumptions of docs/upstream hold; only reads, at most 28 calls')
    .option('--credential <id>', 'the stored credential to ask with')
    .action(printing(probeUpstreams));
  return program;
}
