import { isQuantgateError } from '@quantgate/client';
import { type FormEvent, useState } from 'react';

/** A form that does something: how that stands, and what was wrong with its fields. */
export interface Submit {
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  isPending: boolean;
  /** Undefined while all is well. */
  error: unknown;
  /** What is wrong with single fields, by the last part of their path. */
  fieldErrors: Readonly<Record<string, string>>;
}

/** Runs the work of a form with what was entered, which stays when the work fails. */
export function useSubmit(work: (data: FormData) => Promise<void>): Submit {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (data: FormData): Promise<void> => {
    setPending(true);
    setError(undefined);
    try {
      await work(data);
    } catch (problem) {
      setError(problem);
    } finally {
      setPending(false);
    }
  };
  const fields = isQuantgateError(error, 'BAD_USER_INPUT') ? error.fields : [];
  return {
    onSubmit: (event) => {
      event.preventDefault();
      void submit(new FormData(event.currentTarget));
    },
    isPending,
    error,
    fieldErrors: Object.fromEntries(
      fields.map(({ path, message }) => [path.split('.').at(-1) ?? '', message]),
    ),
  };
}
