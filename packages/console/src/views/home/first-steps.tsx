import type { ReactNode } from 'react';
import { Card } from '../../design/card.tsx';
import { CopyAs, type CopyAsSource } from '../../design/copy-as.tsx';
import { Badge } from '../../design/status-badge.tsx';
import type { CredentialOnHomeFragment } from '../../generated/graphql.ts';
import { simulator } from '../../page-facts.ts';
import { CredentialForm } from '../account/credential-form.tsx';
import { DeployForm } from './deploy-form.tsx';
import { UseSimulator } from './use-simulator.tsx';
import { WhereToFind } from './where-to-find.tsx';

const VALUES = { userId: '…', apiToken: '…', organizationId: '…' };
const STORE: CopyAsSource = {
  rest: {
    method: 'POST',
    path: '/v1/credentials',
    body: { provider: 'QUANTCONNECT', label: 'main', ...VALUES },
  },
  graphql: {
    document: `mutation ($input: QuantConnectCredentialInput!) {
  saveQuantConnectCredential(input: $input) {
    id
    status
  }
}`,
    variables: { input: VALUES },
  },
};

/** Leads an empty account to its first result: a credential, an agent with a task, and its first deployment. */
export function FirstSteps({
  credential,
  onSkip,
}: {
  credential: CredentialOnHomeFragment | undefined;
  /** Leaves the steps; undefined while there is nothing else to show. */
  onSkip: (() => void) | undefined;
}): ReactNode {
  return (
    <div className="stack first-steps">
      <p className="muted">
        Two steps to your first result. Everything you do here can be done by API too: “Copy as” in each view
        says how.
      </p>
      <Step number={1} title="Store your QuantConnect credential" isDone={credential !== undefined}>
        {credential === undefined ? (
          <div className="first-credential">
            <div className="stack">
              {simulator !== undefined && <UseSimulator credential={simulator} />}
              <CredentialForm isFirst beside={<CopyAs {...STORE} />} />
            </div>
            <WhereToFind />
          </div>
        ) : (
          <p className="muted">
            Account {credential.account}
            {credential.organizationId && (
              <>
                , organization <code>{credential.organizationId}</code>
              </>
            )}
            {credential.status !== 'VERIFIED' && '. QuantConnect could not be asked yet whether it is good.'}
          </p>
        )}
      </Step>
      <Step
        number={2}
        title="Choose an agent, write a task, deploy it"
        isDone={false}
        isLater={credential === undefined}
      >
        {credential === undefined ? (
          <p className="muted">
            An agent works on the task until it is done. You watch it, and can stop it at any time.
          </p>
        ) : (
          <DeployForm />
        )}
      </Step>
      {onSkip !== undefined && (
        <p>
          <button type="button" className="link" onClick={onSkip}>
            Skip this, and show Home
          </button>
        </p>
      )}
    </div>
  );
}

function Step({
  number,
  title,
  isDone,
  isLater = false,
  children,
}: {
  number: number;
  title: string;
  isDone: boolean;
  isLater?: boolean;
  children: ReactNode;
}): ReactNode {
  return (
    <div className={isLater ? 'step is-later' : 'step'}>
      <Card
        title={
          <>
            <span className="step-number" aria-hidden="true">
              {number}
            </span>
            {title}
          </>
        }
        actions={isDone ? <Badge tone="good">Done</Badge> : undefined}
      >
        {children}
      </Card>
    </div>
  );
}
