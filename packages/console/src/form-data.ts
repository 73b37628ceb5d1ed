import { isQuantgateError } from '@quantgate/client';
import type { FormEvent } from 'react';

/** What a form does when it is submitted: `work` with what was entered, which stays in its fields. */
export function withData(work: (data: FormData) => Promise<unknown>) {
  return (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void work(new FormData(event.currentTarget));
  };
}

/** The texts of a form without those that are empty. */
export function textOf(data: FormData): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of data) {
    const text = String(value).trim();
    if (text !== '') texts[name] = text;
  }
  return texts;
}

/** What the gateway says of each wrong field, by the field's name; empty when the error is of another kind. */
export function fieldProblems(error: unknown): Record<string, string | undefined> {
  if (!isQuantgateError(error, 'BAD_USER_INPUT')) return {};
  return Object.fromEntries(
    error.fields.map(({ path, message }) => [path.split(/[./]/).at(-1) ?? path, message]),
  );
}
