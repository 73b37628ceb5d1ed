import type { CreateWatchTokenMutation } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { SelectField } from '../../design/field.tsx';
import { Icon } from '../../design/icon.tsx';
import { Time } from '../../design/time.tsx';
import { useToast } from '../../design/toast.tsx';
import { gatewayPath } from '../../page-facts.ts';

type Token = CreateWatchTokenMutation['createWatchToken'];

const TIMES = [
  { seconds: 300, name: '5 minutes' },
  { seconds: 900, name: '15 minutes' },
  { seconds: 3_600, name: '1 hour' },
];

/** Makes a token that reads this one deployment, and shows it once. */
export function ShareDialog({
  id,
  isOpen,
  onClose,
}: {
  id: string;
  isOpen: boolean;
  onClose: () => void;
}): ReactNode {
  const client = useClient();
  const say = useToast();
  const [ttlSeconds, setTtl] = useState(900);
  const [token, setToken] = useState<Token>();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (isOpen) return;
    setToken(undefined);
    setError(undefined);
  }, [isOpen]);

  const create = async () => {
    setBusy(true);
    try {
      setToken(await client.createWatchToken({ deploymentId: id, ttlSeconds }));
      setError(undefined);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const copy = (what: string, text: string) =>
    navigator.clipboard.writeText(text).then(
      () => say(`Copied ${what}`),
      () => say('The browser did not let the page copy', { isBad: true }),
    );
  const command = `curl -N '${location.origin}${gatewayPath}/v1/deployments/${id}/events' \\
  -H 'accept: text/event-stream' -H 'authorization: Bearer ${token?.token}'`;

  return (
    <Dialog title="Share this deployment" isOpen={isOpen} onClose={onClose}>
      <p>
        A watch token lets somebody read the state, the events and the conversation of this deployment over
        the API, and nothing else. It ends with your session.
      </p>
      {token === undefined ? (
        <SelectField
          label="Valid for"
          value={ttlSeconds}
          onChange={({ target }) => setTtl(Number(target.value))}
        >
          {TIMES.map(({ seconds, name }) => (
            <option key={seconds} value={seconds}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by the keyboard */}
          <pre className="code" tabIndex={0}>
            {command}
          </pre>
          <p className="muted">
            It is shown this once, and valid until <Time at={token.expiresAt} form="time" />.
          </p>
        </>
      )}
      {error !== undefined && <Failure error={error} />}
      <div className="dialog-actions">
        {token === undefined ? (
          <Button kind="primary" isBusy={isBusy} onClick={() => void create()}>
            Create the token
          </Button>
        ) : (
          <>
            <Button onClick={() => void copy('the token', token.token)}>
              <Icon name="copy" /> Token alone
            </Button>
            <Button kind="primary" onClick={() => void copy('the command', command)}>
              <Icon name="copy" /> Copy the command
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}
