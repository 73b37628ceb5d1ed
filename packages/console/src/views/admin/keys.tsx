import type { ReactNode } from 'react';
import { Badge } from '../../design/status-badge.tsx';
import { Table } from '../../design/table.tsx';
import { useRest } from '../../requests.ts';

/** A key that seals secrets, and what it is needed for, as `GET /v1/encryption-keys` shows it. */
interface Key {
  kid: string;
  isConfigured: boolean;
  isFirst: boolean;
  credentials: number;
  transcripts: number;
  webhookSecrets: number;
  answers: number;
  mayBeDropped: boolean;
}

/** Which encryption keys are in use, and for how many rows. */
export function Keys(): ReactNode {
  const { data, error, refetch } = useRest<{ keys: Key[] }>({ path: '/v1/encryption-keys' });
  return (
    <section className="stack" aria-label="Encryption keys">
      <h2>Encryption keys in use</h2>
      <Table
        label="Encryption keys"
        rows={data?.keys}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ kid }) => kid}
        empty={null}
        columns={[
          { name: 'Key', render: ({ kid }) => <code>{kid}</code> },
          { name: 'State', render: (key) => <KeyState of={key} /> },
          { name: 'Credentials', isNumber: true, render: ({ credentials }) => credentials.toLocaleString() },
          { name: 'Transcripts', isNumber: true, render: ({ transcripts }) => transcripts.toLocaleString() },
          {
            name: 'Webhook secrets',
            isNumber: true,
            render: ({ webhookSecrets }) => webhookSecrets.toLocaleString(),
          },
          { name: 'Kept answers', isNumber: true, render: ({ answers }) => answers.toLocaleString() },
        ]}
      />
    </section>
  );
}

function KeyState({ of: { isFirst, isConfigured, mayBeDropped } }: { of: Key }): ReactNode {
  if (isFirst) return <Badge tone="good">Seals what is stored</Badge>;
  if (!isConfigured && !mayBeDropped) return <Badge tone="bad">Needed, and not configured</Badge>;
  if (mayBeDropped) return <Badge>May be dropped</Badge>;
  return <Badge tone="info">Opens what it sealed</Badge>;
}
