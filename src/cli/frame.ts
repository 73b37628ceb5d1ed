import type { Command } from 'commander';
import type { CommandIo, CommandResult } from './io.ts';

/** What every command is made with: the same options, and the same way to print. */
export interface Frame {
  io: CommandIo;
  /** A family of commands, such as `keys`. */
  family(name: string, description: string): Command;
  /** A command with the options that every command has. @param parent its family; by default none */
  add(name: string, description: string, parent?: Command): Command;
  /**
   * An action that runs the work of a command and prints its result. What is given to the work are the arguments of the
   * command, then its options.
   */
  printing<Given extends unknown[]>(
    work: (io: CommandIo, ...given: Given) => Promise<CommandResult>,
  ): (...given: unknown[]) => Promise<void>;
  /** @param code undefined when the command goes on running */
  setExitCode(code: number | undefined): void;
}

/** The options of every command. */
export interface CommonOptions {
  /** Print JSON. */
  json?: boolean;
  /** Ask nothing, and take every question as answered. */
  yes?: boolean;
}

/** Makes the frame of a program. @param setExitCode see `Frame` */
export function createFrame(
  program: Command,
  io: CommandIo,
  setExitCode: (code: number | undefined) => void,
): Frame {
  return {
    io,
    family: (name, description) => program.command(name).description(description),
    add: (name, description, parent = program) =>
      parent
        .command(name)
        .description(description)
        .option('--json', 'print the result as JSON')
        .option('--yes', 'ask nothing: the answer to every question is yes'),
    printing:
      <Given extends unknown[]>(work: (io: CommandIo, ...given: Given) => Promise<CommandResult>) =>
      async (...given: unknown[]): Promise<void> => {
        // Commander appends the command itself.
        const args = given.slice(0, -1) as Given;
        const { json: printsJson } = args.at(-1) as CommonOptions;
        const { json, text, exitCode = 0 } = await work(io, ...args);
        if (printsJson && json !== undefined) io.writeOut(`${JSON.stringify(json, null, 2)}\n`);
        if (!printsJson && text !== undefined) io.writeOut(`${text}\n`);
        setExitCode(exitCode);
      },
    setExitCode,
  };
}
