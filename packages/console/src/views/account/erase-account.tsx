import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/card.tsx';
import { Confirm } from '../../design/confirm.tsx';
import { Field } from '../../design/field.tsx';
import { useAct } from '../../requests.ts';

/** Erases the account of the user with everything that it owns. */
export function EraseAccount(): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const [password, setPassword] = useState('');
  const act = useAct();
  const erase = () =>
    act.run(async (client) => {
      await client.rest({ method: 'DELETE', path: '/v1/me', body: { password } });
      // The session has ended with the account: the page learns it here, and leads to the sign-in.
      await client.session.restore();
    });
  return (
    <Card title="Erase my account">
      <div className="form">
        <p className="muted">
          Credentials, sessions, events, messages, transcripts, webhooks and budgets are erased. Deployments
          that are under way go on upstream, and are watched no longer.
        </p>
        <div className="dialog-actions">
          <Button kind="danger" onClick={() => setAsking(true)}>
            Erase my account
          </Button>
        </div>
      </div>
      <Confirm
        title="Erase your account?"
        name="Erase everything"
        isOpen={isAsking}
        onClose={() => {
          setPassword('');
          setAsking(false);
        }}
        act={act}
        isDisabled={password === ''}
        onConfirm={() => void erase()}
      >
        <p>It cannot be taken back: no administrator can restore what you own here.</p>
        <Field
          label="Your password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
      </Confirm>
    </Card>
  );
}
