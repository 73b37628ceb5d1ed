import { Command, CommanderError } from 'commander';
import { describeFailure } from '../composition/start-failures.ts';
import { addBackup } from './commands/backup.ts';
import { addDeploy } from './commands/deploy.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvents } from './commands/events.ts';
import { addInit } from './commands/init.ts';
import { addKeys } from './commands/keys.ts';
import { addMigrate } from './commands/migrate.ts';
import { addProbe } from './commands/probe.ts';
import { addRestore } from './commands/restore.ts';
import { addServiceAccounts } from './commands/service-accounts.ts';
import { addUsers } from './commands/users.ts';
import { createFrame, type Frame } from './frame.ts';
import { type CommandIo, UsageError } from './io.ts';
import { QuestionCancelled } from './prompts.ts';

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
    if (error instanceof QuestionCancelled) {
      io.writeError(`${error.message}\n`);
      return FAILED;
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
  const frame = createFrame(program, io, setExitCode);
  addStart(frame);
  addBackup(frame);
  addDeploy(frame);
  addDoctor(frame);
  addEvents(frame);
  addInit(frame);
  addKeys(frame);
  addMigrate(frame);
  addProbe(frame);
  addRestore(frame);
  addUsers(frame);
  addServiceAccounts(frame);
  return program;
}

function addStart({ add, setExitCode }: Frame): void {
  add('start', 'start the gateway, as `npm start` does; its log lines are JSON anyway').action(async () => {
    const { run } = await import('../start.ts');
    await run();
    setExitCode(undefined);
  });
}
