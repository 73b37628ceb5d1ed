import { type CommandIo, UsageError } from './io.ts';
import type { Choice, Prompts, TextQuestion } from './prompts.ts';

/**
 * The questions of one command. `--yes` answers every one; where there is no terminal to ask at, an option has to answer it.
 * Every method throws UsageError then, which names the option.
 */
export interface Questions {
  /** False when every question is answered without a person. */
  isAsking: boolean;
  /** True to go on. With `--yes` it is not asked. Without a terminal, `--yes` has to be given. */
  confirm(message: string, initial?: boolean): Promise<boolean>;
  /** @param fallback what `--yes` answers @param option the option that answers it too, such as `--email` */
  text(question: TextQuestion & { option: string; fallback?: string }): Promise<string>;
  /** @param option what answers it too: an option or a variable, because a shell keeps what is typed */
  secret(question: Omit<TextQuestion, 'initial'> & { option: string }): Promise<string>;
  /** @param fallback what `--yes` answers */
  select<Value extends string>(question: {
    message: string;
    choices: readonly Choice<Value>[];
    option: string;
    fallback?: Value;
  }): Promise<Value>;
}

/** Puts the questions of a command to the person at the terminal, unless `--yes` answers them. */
export function createQuestions(
  { prompts }: Pick<CommandIo, 'prompts'>,
  { yes = false }: { yes?: boolean },
): Questions {
  const answer = async <T>(
    option: string,
    fallback: T | undefined,
    ask: (prompts: Prompts) => Promise<T>,
  ): Promise<T> => {
    if (!yes && prompts !== undefined) return ask(prompts);
    if (fallback !== undefined) return fallback;
    throw new UsageError(
      `Give ${option}: ${yes ? '--yes has no answer to that' : 'there is no terminal to ask at'}`,
    );
  };

  return {
    isAsking: !yes && prompts !== undefined,
    async confirm(message, initial = true) {
      if (yes) return true;
      return answer('--yes to confirm', undefined, (person) => person.confirm({ message, initial }));
    },
    text: ({ option, fallback, ...question }) => answer(option, fallback, (person) => person.text(question)),
    secret: ({ option, ...question }) => answer(option, undefined, (person) => person.secret(question)),
    select: ({ option, fallback, ...question }) =>
      answer(option, fallback, (person) => person.select(question)),
  };
}
