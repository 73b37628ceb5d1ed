import { isQuantgateError } from '@quantgate/client';
import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Confirm } from '../../design/confirm.tsx';
import { Icon } from '../../design/icon.tsx';
import { Menu } from '../../design/menu.tsx';
import { useToast } from '../../design/toast.tsx';
import { useAct } from '../../requests.ts';
import { nameOfUser, type User } from './user.ts';

type Question = 'disable' | 'demote' | 'reset' | 'sessions' | 'erase';

/** What an administrator can do with a user. */
export function UserActs({ user, onReset }: { user: User; onReset: (token: string) => void }): ReactNode {
  const [question, setQuestion] = useState<Question>();
  const say = useToast();
  const plain = useAct({ isShownByView: false });
  const act = useAct();
  const name = nameOfUser(user);
  const path = `/v1/users/${user.id}`;
  const isAdmin = user.roles.includes('admin');
  const change = (body: object) => ({ method: 'PATCH', path, body }) as const;

  const answers: Record<
    Question,
    { title: string; button: string; words: string; run: () => Promise<boolean> }
  > = {
    disable: {
      title: `Disable ${name}?`,
      button: 'Disable',
      words:
        'Tokens and sockets end within 5 seconds, and signing in is refused. Runs and services begin nothing more.',
      run: () => act.run((client) => client.rest(change({ isDisabled: true })), `${name} was disabled`),
    },
    demote: {
      title: `Take the role admin from ${name}?`,
      button: 'Take the role',
      words: 'The change takes effect within 5 seconds, also for tokens that are out.',
      run: () =>
        act.run(
          (client) => client.rest(change({ roles: user.roles.filter((role) => role !== 'admin') })),
          `${name} is an administrator no longer`,
        ),
    },
    reset: {
      title: `Reset the password of ${name}?`,
      button: 'Make a token',
      words: 'The password is good until the token is used. Using it ends all sessions.',
      run: () =>
        act.run(async (client) => {
          const { resetToken } = await client.rest<{ resetToken: string }>({
            method: 'POST',
            path: `${path}/password-reset`,
            idempotencyKey: crypto.randomUUID(),
          });
          onReset(resetToken);
        }),
    },
    sessions: {
      title: `End all sessions of ${name}?`,
      button: 'End sessions',
      words: 'Every browser and program of the user has to sign in again, within 5 seconds.',
      run: () =>
        act.run(
          (client) => client.rest({ method: 'DELETE', path: `${path}/sessions` }),
          `All sessions of ${name} were ended`,
        ),
    },
    erase: {
      title: `Erase ${name}?`,
      button: 'Erase everything',
      words:
        'Credentials, sessions, events, messages, transcripts, webhooks, budgets and the service accounts that the user made are erased. It cannot be taken back.',
      run: () => act.run((client) => client.rest({ method: 'DELETE', path }), `${name} was erased`),
    },
  };
  const asked = question === undefined ? undefined : answers[question];
  const close = () => setQuestion(undefined);

  return (
    <>
      <Menu
        items={[
          user.isDisabled
            ? {
                name: 'Enable',
                onSelect: () =>
                  void plain.run(
                    (client) => client.rest(change({ isDisabled: false })),
                    `${name} was enabled`,
                  ),
              }
            : { name: 'Disable', onSelect: () => setQuestion('disable') },
          isAdmin
            ? { name: 'Take the role admin', onSelect: () => setQuestion('demote') }
            : {
                name: 'Make administrator',
                onSelect: () =>
                  void plain.run(
                    (client) => client.rest(change({ roles: [...user.roles, 'admin'] })),
                    `${name} is an administrator now`,
                  ),
              },
          { name: 'Reset password', isDisabled: user.outside !== null, onSelect: () => setQuestion('reset') },
          { name: 'End sessions', onSelect: () => setQuestion('sessions') },
          {
            name: 'Copy id',
            onSelect: () =>
              void navigator.clipboard.writeText(user.id).then(
                () => say('The id was copied'),
                () => say('The browser did not let the page copy', { isBad: true }),
              ),
          },
          { name: 'Erase', isDanger: true, onSelect: () => setQuestion('erase') },
        ]}
      >
        <Button kind="quiet" isIcon isBusy={plain.isBusy} aria-label={`Acts on ${name}`}>
          <Icon name="more" />
        </Button>
      </Menu>
      <Confirm
        title={asked?.title ?? ''}
        name={asked?.button ?? ''}
        isOpen={asked !== undefined}
        onClose={close}
        act={act}
        words={
          isQuantgateError(act.error, 'CONFLICT') && isAdmin
            ? `${name} is the last administrator who can sign in. Make somebody else one first.`
            : undefined
        }
        onConfirm={() => void asked?.run().then((isDone) => isDone && close())}
      >
        <p>{asked?.words}</p>
      </Confirm>
    </>
  );
}
