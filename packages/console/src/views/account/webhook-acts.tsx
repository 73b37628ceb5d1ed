import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Confirm } from '../../design/confirm.tsx';
import { Field } from '../../design/field.tsx';
import { Icon } from '../../design/icon.tsx';
import { Menu } from '../../design/menu.tsx';
import { SecretDialog } from '../../design/secret.tsx';
import { useToast } from '../../design/toast.tsx';
import { useAct } from '../../requests.ts';
import type { Delivery, Webhook } from './webhook.ts';

/** What can be done with a webhook. */
export function WebhookActs({ webhook: { id, url, isDisabled } }: { webhook: Webhook }): ReactNode {
  const [open, setOpen] = useState<'rotate' | 'replay' | 'delete'>();
  const [secret, setSecret] = useState<string>();
  const [after, setAfter] = useState('0');
  const [, navigate] = useLocation();
  const say = useToast();
  const act = useAct({ isShownByView: false });
  const asked = useAct();
  const path = `/v1/webhooks/${id}`;
  const close = () => setOpen(undefined);

  const test = () =>
    act.run(async (client) => {
      const { outcome, status } = await client.rest<Delivery>({ method: 'POST', path: `${path}/test` });
      const isGood = outcome === 'DELIVERED';
      const words = status === null ? outcome : `${outcome}, status ${status}`;
      say(isGood ? `The test was delivered: status ${status}` : `The test was not delivered: ${words}`, {
        isBad: !isGood,
      });
    });
  const able = () =>
    act.run(
      (client) => client.rest({ method: 'PATCH', path, body: { isDisabled: !isDisabled } }),
      isDisabled ? 'The webhook goes on after the last delivered event' : 'The webhook was disabled',
    );
  const rotate = async () => {
    const isDone = await asked.run(async (client) => {
      const made = await client.rest<{ secret: string }>({ method: 'POST', path: `${path}/secrets` });
      setSecret(made.secret);
    });
    if (isDone) close();
  };
  const replay = async () => {
    const isDone = await asked.run(
      (client) => client.rest({ method: 'POST', path: `${path}/replay`, body: { after } }),
      'The events are delivered again',
    );
    if (isDone) close();
  };
  const remove = async () => {
    const isDone = await asked.run(async (client) => {
      await client.rest({ method: 'DELETE', path });
      navigate('/account/webhooks');
    }, 'The webhook was deleted');
    if (isDone) close();
  };

  return (
    <>
      <Button isBusy={act.isBusy} onClick={() => void test()}>
        Send a test
      </Button>
      <Menu
        items={[
          { name: isDisabled ? 'Enable' : 'Disable', onSelect: () => void able() },
          { name: 'Rotate secret', onSelect: () => setOpen('rotate') },
          { name: 'Replay', onSelect: () => setOpen('replay') },
          { name: 'Delete', isDanger: true, onSelect: () => setOpen('delete') },
        ]}
      >
        <Button isIcon aria-label="More acts">
          <Icon name="more" />
        </Button>
      </Menu>
      <Confirm
        title="Add a new secret?"
        name="Rotate"
        isOpen={open === 'rotate'}
        onClose={close}
        act={asked}
        onConfirm={() => void rotate()}
      >
        <p>
          The newest two secrets sign each message, so the receiver can change over without a gap. One that is
          older is deleted.
        </p>
      </Confirm>
      <Confirm
        title="Deliver events again?"
        name="Replay"
        isOpen={open === 'replay'}
        onClose={close}
        act={asked}
        onConfirm={() => void replay()}
      >
        <p>Every event after the cursor is delivered again, with the same ids.</p>
        <Field
          label="After"
          value={after}
          autoComplete="off"
          hint="A cursor of the log, such as the event of a delivery. 0 is the beginning of what is kept"
          onChange={({ target }) => setAfter(target.value.trim())}
        />
      </Confirm>
      <Confirm
        title="Delete this webhook?"
        name="Delete"
        isOpen={open === 'delete'}
        onClose={close}
        act={asked}
        onConfirm={() => void remove()}
      >
        <p className="breakable">{url} gets no more messages. The record of its deliveries is deleted too.</p>
      </Confirm>
      <SecretDialog
        title="A secret was added"
        name="Signing secret"
        secret={secret}
        onClose={() => setSecret(undefined)}
      >
        <p>Give it to the receiver. Messages are signed with it and with the one before.</p>
      </SecretDialog>
    </>
  );
}
