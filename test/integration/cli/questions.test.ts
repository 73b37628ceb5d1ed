import { expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/io.ts';
import { createQuestions } from '../../../src/cli/questions.ts';
import { answering } from '../../support/command-line.ts';

const person = () => answering({ 'E-mail': 'ada', Token: 'hunter', 'Go on': false, Letter: 'b' });
const EMAIL = { message: 'E-mail', option: '--email', fallback: 'grace' };
const TOKEN = { message: 'Token', option: '--token' };
const LETTER = {
  message: 'Letter',
  option: '--letter',
  choices: [
    { value: 'a', label: 'A' },
    { value: 'b', label: 'B' },
  ],
  fallback: 'a',
} as const;

test('a person at a terminal answers', async () => {
  const questions = createQuestions(person(), {});
  expect(questions.isAsking).toBe(true);
  expect(await questions.text(EMAIL)).toBe('ada');
  expect(await questions.secret(TOKEN)).toBe('hunter');
  expect(await questions.confirm('Go on?')).toBe(false);
  expect(await questions.select(LETTER)).toBe('b');
});

test.each([
  ['with --yes', person(), { yes: true }, '--yes has no answer to that'],
  ['without a terminal', { prompts: undefined }, {}, 'there is no terminal to ask at'],
])(
  '%s nobody is asked: a fallback answers, else an option is missing',
  async (_name, io, options, reason) => {
    const questions = createQuestions(io, options);
    expect(questions.isAsking).toBe(false);
    expect(await questions.text(EMAIL)).toBe('grace');
    expect(await questions.select(LETTER)).toBe('a');
    await expect(questions.secret(TOKEN)).rejects.toThrow(new UsageError(`Give --token: ${reason}`));
  },
);

test('a step is confirmed by --yes, and by nothing else where nobody can be asked', async () => {
  expect(await createQuestions(person(), { yes: true }).confirm('Go on?')).toBe(true);
  await expect(createQuestions({ prompts: undefined }, {}).confirm('Go on?')).rejects.toThrow(UsageError);
});
