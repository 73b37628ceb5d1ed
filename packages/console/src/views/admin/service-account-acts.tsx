import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Confirm } from '../../design/confirm.tsx';
import { Icon } from '../../design/icon.tsx';
import { Menu } from '../../design/menu.tsx';
import { useAct } from '../../requests.ts';
import type { ServiceAccount } from './service-account.ts';

/** What an administrator can do with a service account. */
export function ServiceAccountActs({
  account: { id, name, secrets },
  onSecret,
}: {
  account: ServiceAccount;
  onSecret: (shown: { id: string; secret: string }) => void;
}): ReactNode {
  const [question, setQuestion] = useState<'delete' | 'drop'>();
  const act = useAct();
  const plain = useAct({ isShownByView: false });
  const path = `/v1/service-accounts/${id}`;
  /** The one that was made first is the one to drop once the program has the next. */
  const oldest =
    secrets.length > 1 ? secrets.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))[0] : undefined;
  const close = () => setQuestion(undefined);
  const add = () =>
    plain.run(async (client) => {
      const { secret } = await client.rest<{ secret: string }>({
        method: 'POST',
        path: `${path}/secrets`,
        body: {},
        idempotencyKey: crypto.randomUUID(),
      });
      onSecret({ id, secret });
    });
  const remove = async (what: string, said: string) => {
    if (await act.run((client) => client.rest({ method: 'DELETE', path: what }), said)) close();
  };
  return (
    <>
      <Menu
        items={[
          { name: 'Add a secret', isDisabled: secrets.length > 1, onSelect: () => void add() },
          {
            name: 'Delete the older secret',
            isDisabled: oldest === undefined,
            onSelect: () => setQuestion('drop'),
          },
          { name: 'Delete', isDanger: true, onSelect: () => setQuestion('delete') },
        ]}
      >
        <Button kind="quiet" isIcon isBusy={plain.isBusy} aria-label={`Acts on ${name}`}>
          <Icon name="more" />
        </Button>
      </Menu>
      <Confirm
        title={`Delete the older secret of ${name}?`}
        name="Delete the secret"
        isOpen={question === 'drop'}
        onClose={close}
        act={act}
        onConfirm={() => void remove(`${path}/secrets/${oldest?.id}`, 'The secret was deleted')}
      >
        <p>Every token that was obtained with it ends within 5 seconds.</p>
      </Confirm>
      <Confirm
        title={`Delete ${name}?`}
        name="Delete"
        isOpen={question === 'delete'}
        onClose={close}
        act={act}
        onConfirm={() => void remove(path, `${name} was deleted`)}
      >
        <p>Its tokens end within 5 seconds, and everything that it owns is deleted.</p>
      </Confirm>
    </>
  );
}
