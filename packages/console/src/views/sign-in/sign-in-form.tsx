import { isQuantgateError } from '@quantgate/client';
import { useSession } from '@quantgate/react';
import { type ReactNode, useActionState } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { Field } from '../../design/field.tsx';

/** Signs in; a new user is registered first. */
export function SignInForm({ isNew, onDone }: { isNew: boolean; onDone: () => void }): ReactNode {
  const { signIn, signUp } = useSession();
  const [error, submit, isPending] = useActionState<unknown, FormData>(async (_previous, data) => {
    const input = { email: String(data.get('email')).trim(), password: String(data.get('password')) };
    try {
      await (isNew ? signUp(input) : signIn(input));
      onDone();
    } catch (problem) {
      return { problem, email: input.email };
    }
  }, undefined);
  const { problem, email } = (error ?? {}) as { problem?: unknown; email?: string };
  const fields = problemsByField(problem);
  return (
    <form action={submit} noValidate>
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={email}
        error={fields.email}
        required
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        hint={isNew ? '8 to 128 characters' : undefined}
        error={fields.password}
        required
      />
      {problem !== undefined && !fields.email && !fields.password && (
        <Failure error={problem} words={wordsOf(problem)} />
      )}
      <Button type="submit" kind="primary" isBusy={isPending} isWide>
        {isNew ? 'Sign up' : 'Sign in'}
      </Button>
    </form>
  );
}

/** The problems of the two fields; the gateway names every wrong field of an input. */
function problemsByField(problem: unknown): { email?: string; password?: string } {
  if (isQuantgateError(problem, 'CONFLICT')) return { email: 'There is an account with this e-mail already' };
  if (!isQuantgateError(problem, 'BAD_USER_INPUT')) return {};
  const of = (name: string) => problem.fields.find(({ path }) => path.endsWith(name))?.message;
  return { email: of('email'), password: of('password') };
}

function wordsOf(problem: unknown): string | undefined {
  return isQuantgateError(problem, 'UNAUTHENTICATED') ? 'E-mail or password is wrong.' : undefined;
}
