import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../../simulator/index.ts';
import type { Restore } from '../faults/restore.ts';
import { forgottenDeployments } from '../forgotten.ts';
import type { KeyUse } from '../history.ts';
import type { OwnPostgres } from '../postgres.ts';

/** Tokens of one deployment. */
export interface Tokens {
  id: string;
  inputTokens: number;
  outputTokens: number;
}

/** What the ledger has of a deployment. */
export interface CountedTokens extends Tokens {
  owner: string;
}

export interface UsageHistory {
  counted: readonly CountedTokens[];
  upstream: readonly (Tokens & { createdMs: number })[];
  keys: readonly KeyUse[];
  restores: readonly Restore[];
}

const LEDGER = `select owner_id as owner, deployment_id as id, input_tokens::float8 as "inputTokens",
  output_tokens::float8 as "outputTokens" from deployment_usage`;

/** The end of a run is read within some polls. */
const CATCH_UP_MS = 60_000;

/** Deployments of which the ledger does not have what the upstream says, or has nothing. */
export function usageFailures({ counted, upstream, keys, restores }: UsageHistory): string[] {
  const forgotten = forgottenDeployments({ restores, keys, upstream });
  const rows = Map.groupBy(counted, ({ id }) => id);
  return upstream.flatMap(({ id, ...used }) => {
    if (forgotten.has(id)) return [];
    const known = rows.get(id) ?? [];
    if (known.length === 0) return [`${id} is not in the ledger`];
    return known
      .filter((row) => row.inputTokens !== used.inputTokens || row.outputTokens !== used.outputTokens)
      .map(
        (row) =>
          `${id} of ${row.owner}: ${row.inputTokens} + ${row.outputTokens} tokens are counted, ` +
          `${used.inputTokens} + ${used.outputTokens} were used`,
      );
  });
}

/** Waits until the ledger has all that the upstream says, and collects what is judged. */
export async function collectUsage(
  { rows }: OwnPostgres,
  { control }: Simulator,
  asked: Pick<UsageHistory, 'keys' | 'restores'>,
  { slowness }: { slowness: number },
): Promise<UsageHistory> {
  const endMs = Date.now() + CATCH_UP_MS * slowness;
  for (;;) {
    const upstream = control.state().deployments.map(({ deploymentId: id, ...one }) => ({ id, ...one }));
    const history = { ...asked, counted: await rows<CountedTokens>(LEDGER), upstream };
    if (usageFailures(history).length === 0 || Date.now() > endMs) return history;
    await pause(1_000);
  }
}
