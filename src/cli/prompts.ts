import type { Readable, Writable } from 'node:stream';

/** A person who left a question with Ctrl-C: the command ends with exit code 1, and nothing was changed. */
export class QuestionCancelled extends Error {
  override readonly name = 'QuestionCancelled';

  constructor() {
    super('Cancelled; nothing was changed');
  }
}

/** Says what is wrong with an answer; undefined when it will do. */
export type Validate = (answer: string) => string | undefined;

/** A question that is answered with a text. */
export interface TextQuestion {
  message: string;
  /** What Enter alone answers. */
  initial?: string;
  validate?: Validate;
}

/** One of the answers to choose from. */
export interface Choice<Value extends string> {
  value: Value;
  label: string;
  hint?: string;
}

/** Asks a person. Every method throws QuestionCancelled when the person leaves with Ctrl-C. */
export interface Prompts {
  confirm(question: { message: string; initial?: boolean }): Promise<boolean>;
  text(question: TextQuestion): Promise<string>;
  /** A text that is not shown while it is typed. */
  secret(question: Omit<TextQuestion, 'initial'>): Promise<string>;
  select<Value extends string>(question: {
    message: string;
    choices: readonly Choice<Value>[];
  }): Promise<Value>;
}

/** Questions at a terminal. They are written to `output`, so that standard output has the result alone. */
export function createPrompts(input: Readable, output: Writable): Prompts {
  // Most commands ask nothing, so the library is loaded with the first question.
  const load = () => import('@clack/prompts');
  const answerOf = <T>(answer: T): Exclude<T, symbol> => {
    if (typeof answer === 'symbol') throw new QuestionCancelled();
    return answer as Exclude<T, symbol>;
  };
  const accepting = (validate: Validate | undefined) => (answer: string | undefined) =>
    validate?.(answer ?? '');

  return {
    async confirm({ message, initial = true }) {
      const clack = await load();
      return answerOf(await clack.confirm({ message, initialValue: initial, input, output }));
    },
    async text({ message, initial, validate }) {
      const clack = await load();
      const given = initial === undefined ? {} : { initialValue: initial };
      return answerOf(await clack.text({ message, ...given, validate: accepting(validate), input, output }));
    },
    async secret({ message, validate }) {
      const clack = await load();
      return answerOf(await clack.password({ message, validate: accepting(validate), input, output }));
    },
    async select({ message, choices }) {
      const clack = await load();
      const options = choices.map(({ value, label, hint }) => ({
        value: value as string,
        label,
        ...(hint !== undefined && { hint }),
      }));
      const value = answerOf(await clack.select<string>({ message, options, input, output }));
      return value as (typeof choices)[number]['value'];
    },
  };
}
