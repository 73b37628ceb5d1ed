import type { DeploymentFieldsFragment } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Button, ButtonLink } from '../../design/button.tsx';
import { Time } from '../../design/time.tsx';
import { useToast } from '../../design/toast.tsx';
import { type CredentialOnHomeFragment, VerifyOnHomeDocument } from '../../generated/graphql.ts';
import { useAct } from '../../requests.ts';
import { useUsage } from './use-usage.ts';

type Credential = CredentialOnHomeFragment;

/** What is wrong, each with the act that mends it; nothing when all is well. */
export function Troubles({
  credentials,
  deployments,
}: {
  credentials: readonly Credential[];
  deployments: readonly DeploymentFieldsFragment[];
}): ReactNode {
  const { data } = useUsage(deployments);
  const bad = credentials.filter(({ status }) => status !== 'VERIFIED');
  const stale = deployments.filter(({ isTerminal, isStale }) => !isTerminal && isStale);
  const reached = data?.budgets.filter(({ usedTokens, maxTokens }) => usedTokens >= maxTokens) ?? [];
  if (bad.length + stale.length + reached.length === 0) return null;
  return (
    <section className="stack troubles" aria-label="What is wrong">
      {bad.map((credential) => (
        <BadCredential key={credential.id} credential={credential} />
      ))}
      {stale.length > 0 && (
        <div className="notice tone-warn">
          <p>
            <strong>
              {stale.length === 1 ? 'One deployment' : `${stale.length} deployments`} cannot be read at the
              moment.
            </strong>{' '}
            The gateway goes on trying; what is shown was read{' '}
            <Time at={stale[0]?.observedAt} form="relative" />.
          </p>
          <ButtonLink to={`/deployments/${stale[0]?.id}`}>See why</ButtonLink>
        </div>
      )}
      {reached.map((budget) => (
        <div key={budget.id} className="notice tone-bad">
          <p>
            <strong>
              The {budget.period.toLowerCase()} budget of {budget.maxTokens.toLocaleString()} tokens is used
              up
            </strong>
            {budget.onReached !== 'WARN' && ': nothing new is started'}
            {budget.resetsAt && (
              <>
                {' '}
                until <Time at={budget.resetsAt} />
              </>
            )}
            .
          </p>
          <ButtonLink to="/account/budgets">Change the budget</ButtonLink>
        </div>
      ))}
    </section>
  );
}

function BadCredential({ credential }: { credential: Credential }): ReactNode {
  const act = useAct({ isShownByView: false });
  const say = useToast();
  const isRejected = credential.status === 'REJECTED';
  const verify = () =>
    act.run(async (client) => {
      const { verifyCredential } = await client.send(VerifyOnHomeDocument, { id: credential.id });
      say(verifyCredential.status === 'VERIFIED' ? 'The credential is good' : 'It could not be verified yet');
    });
  const name = credential.label || credential.account;
  return (
    <div className={`notice tone-${isRejected ? 'bad' : 'warn'}`}>
      <p>
        <strong>
          {isRejected
            ? `${NAMES[credential.provider]} refuses the credential “${name}”.`
            : `The credential “${name}” could not be verified yet.`}
        </strong>{' '}
        {isRejected
          ? 'Its deployments are not read until it is replaced or verified.'
          : credential.verificationProblem}
      </p>
      <Button isBusy={act.isBusy} onClick={() => void verify()}>
        Verify again
      </Button>
      <ButtonLink to="/account">Replace it</ButtonLink>
    </div>
  );
}

const NAMES = { QUANTCONNECT: 'QuantConnect', QUANTCDN: 'QuantCDN' } as const;
