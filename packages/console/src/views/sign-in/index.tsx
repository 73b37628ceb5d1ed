import { useSession } from '@quantgate/react';
import { type ReactNode, useEffect, useState } from 'react';
import { Redirect, useSearchParams } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import logo from '../../design/logo.svg';
import { ThemeSwitch } from '../../design/theme-switch.tsx';
import { useTitle } from '../../design/use-title.ts';
import { isRegistrationOpen } from '../../page-facts.ts';
import { ResetForm } from './reset-form.tsx';
import { forgetResetToken, isAfterReset, readResetToken, setAfterReset } from './reset-link.ts';
import { SignInForm } from './sign-in-form.tsx';

type Mode = 'Sign in' | 'Sign up' | 'Set a password';

const HEADS: Readonly<Record<Mode, { title: string; words: string }>> = {
  'Sign in': { title: 'Welcome back', words: 'Follow your agents, their conversations and task lists.' },
  'Sign up': {
    title: 'Create your account',
    words: 'One account for your agents, their conversations and task lists.',
  },
  'Set a password': { title: 'Set your password', words: 'Then sign in with it.' },
};

/** Signs in or, where registration is open, up, and leads to the page that was asked for; sets a lost password. */
export default function SignIn(): ReactNode {
  const session = useSession();
  const [search] = useSearchParams();
  const [token, setToken] = useState(readResetToken);
  const [mode, setMode] = useState<Mode>(token === undefined ? 'Sign in' : 'Set a password');
  const isReset = isAfterReset(useHistoryState()) && mode !== 'Set a password';
  useTitle(mode);
  useEffect(() => {
    const take = () => {
      const found = readResetToken();
      if (found === undefined) return;
      setToken(found);
      setMode('Set a password');
      forgetResetToken();
    };
    take();
    // The link was opened in a tab that shows this page already.
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  // Whoever opens the link of a reset wants a password and is told that it is set, also where somebody is signed in.
  if (session.status === 'SIGNED_IN' && mode !== 'Set a password' && !isReset)
    return <Redirect to={pathOf(search.get('to'))} replace />;
  const { title, words } = HEADS[mode];
  const change = (to: Mode, name: string) => (
    <button type="button" className="link" onClick={() => setMode(to)}>
      {name}
    </button>
  );
  return (
    <div className="sign-in">
      <header className="sign-in-header">
        <ThemeSwitch />
      </header>
      <main className="sign-in-main">
        <div className="sign-in-brand">
          <img src={logo} alt="" width="44" height="44" />
          <p>Quantgate</p>
        </div>
        <section className="card sign-in-card" aria-labelledby="sign-in-title">
          <h1 id="sign-in-title">{title}</h1>
          <div className={isReset ? 'notice tone-good' : 'muted'} role="status">
            <p>{isReset ? 'Your password is set. Sign in with it.' : words}</p>
          </div>
          {mode === 'Set a password' ? (
            <ResetForm
              key={token}
              token={token ?? ''}
              onDone={() => {
                setAfterReset(true);
                setMode('Sign in');
              }}
            />
          ) : (
            <SignInForm key={mode} isNew={mode === 'Sign up'} onDone={() => setAfterReset(false)} />
          )}
          {mode === 'Sign in' && (
            <p className="sign-in-other">
              {isRegistrationOpen ? (
                <>No account yet? {change('Sign up', 'Create one')}</>
              ) : (
                'Accounts are made by an administrator of this gateway.'
              )}
              <br />
              Password lost? {change('Set a password', 'I have a reset token')}
            </p>
          )}
          {mode !== 'Sign in' && (
            <p className="sign-in-other">You have an account? {change('Sign in', 'Use it')}</p>
          )}
        </section>
      </main>
    </div>
  );
}

/** The path to go on to: one of the console's own. */
function pathOf(asked: string | null): string {
  return asked !== null && /^\/(?![/\\])/.test(asked) ? asked : '/';
}
