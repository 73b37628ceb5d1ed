import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { useAct } from '../../requests.ts';

/** Stores the credential of the simulator, where one stands in for QuantConnect. */
export function UseSimulator({ credential }: { credential: object }): ReactNode {
  const act = useAct();
  const store = () =>
    act.run(
      (client) =>
        client.rest({
          method: 'POST',
          path: '/v1/credentials',
          body: { provider: 'QUANTCONNECT', label: 'simulator', ...credential },
          idempotencyKey: crypto.randomUUID(),
        }),
      'The credential was stored',
    );
  return (
    <>
      <div className="notice tone-info">
        <p>
          <strong>This gateway talks to a simulator of QuantConnect.</strong> You need no account: its own
          credential serves everybody, and deployments end in seconds.
        </p>
        <Button isBusy={act.isBusy} onClick={() => void store()}>
          Use the simulator
        </Button>
      </div>
      {act.error !== undefined && <Failure error={act.error} />}
    </>
  );
}
