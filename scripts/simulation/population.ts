import { sql } from 'kysely';
import type { DeploymentStatus } from '../../src/domain/deployment.ts';
import { toNewRow } from '../../src/events/writers/deployment-diff.ts';
import { toJson } from '../../src/lib/json.ts';
import type { Random } from '../../src/lib/random.ts';
import type { DeploymentRow } from '../../src/store/schema/index.ts';
import type { Store } from '../../src/store/store.ts';
import { START_MS } from './clock.ts';

/** Who owns how much. */
export interface Population {
  owners: number;
  deployments: number;
  /** So many of the owners are large: each has `watchesOfLarge` organizations in place of one. */
  largeOwners: number;
  watchesOfLarge: number;
}

/** A watch of the population. */
export interface SimulatedWatch {
  ownerId: string;
  credentialId: string;
  isLarge: boolean;
  /** When it is due first. */
  dueAtMs: number;
  deployments: number;
}

/** The task of every deployment. */
export const TASK_ID = 'T-1';

/** The upstream's words for the states that a deployment takes in turn; it begins with the first one. */
export const STATUSES = ['Running', 'In Queue'];

/** @param index among the deployments of the organization */
export function deploymentId(organizationId: string, index: number): string {
  return `A-${organizationId}-${index}`;
}

/** Credentials that one owner may have: the default of `MAX_CREDENTIALS_PER_USER`. */
const CREDENTIALS = 20;

const ROWS_AT_ONCE = 500;

/** Stores owners, credentials, one watch for each organization, due at random within `spreadMs`, and the deployments. */
export async function populate(
  { db }: Store,
  { owners, deployments, largeOwners, watchesOfLarge }: Population,
  { random, pauseMs, spreadMs }: { random: Random; pauseMs: number; spreadMs: number },
): Promise<SimulatedWatch[]> {
  const watches: SimulatedWatch[] = [];
  const ownerIds = Array.from({ length: owners }, (_, index) => `o${index}`);
  const credentials: { id: string; ownerId: string }[] = [];
  for (const [index, ownerId] of ownerIds.entries()) {
    const isLarge = index < largeOwners;
    for (let number = 0; number < (isLarge ? CREDENTIALS : 1); number += 1)
      credentials.push({ id: `${ownerId}-${number}`, ownerId });
    for (let number = 0; number < (isLarge ? watchesOfLarge : 1); number += 1) {
      const dueAtMs = START_MS + Math.floor(random.fraction() * spreadMs);
      const credentialId = `${ownerId}-${number % CREDENTIALS}`;
      watches.push({ ownerId, credentialId, isLarge, dueAtMs, deployments: 0 });
    }
  }
  // As many in each organization, and one more in the first ones.
  for (const [scope, watch] of watches.entries())
    watch.deployments = Math.floor((deployments + watches.length - 1 - scope) / watches.length);
  await sql`begin`.execute(db);
  await inParts(ownerIds, (part) =>
    db
      .insertInto('users')
      .values(
        part.map((id) => ({
          id,
          email: `${id}@example.com`,
          roles: toJson(['user' as const]),
          createdAt: 0,
        })),
      )
      .execute(),
  );
  await inParts(credentials, (part) =>
    db
      .insertInto('credentials')
      .values(
        part.map(({ id, ownerId }) => ({
          ...{
            id,
            ownerId,
            provider: 'QUANTCONNECT' as const,
            label: null,
            account: id,
            organizationId: null,
          },
          ...{
            tokenHint: '',
            sealed: '',
            kid: '',
            status: 'VERIFIED' as const,
            isDefault: 0 as const,
            createdAt: 0,
            firstUsedAt: 0,
          },
        })),
      )
      .execute(),
  );
  await inParts([...watches.entries()], (part) =>
    db
      .insertInto('watches')
      .values(
        part.map(([scope, { ownerId, credentialId, dueAtMs }]) => ({
          ...{
            kind: 'DEPLOYMENTS' as const,
            credentialId,
            scope: String(scope),
            ownerId,
            nextLookAt: dueAtMs,
          },
          ...{ pauseMs, failures: 0, degradedReason: null, wantedUntil: 0, leaseUntil: 0, fence: 0 },
        })),
      )
      .execute(),
  );
  await insertDeployments(db, watches[0]?.deployments ?? 0, deployments % watches.length);
  await sql`commit`.execute(db);
  return watches;
}

/**
 * Makes the deployments from the watches, within the database: a million rows one by one would take minutes.
 * @param most of one organization
 * @param more so many organizations have `most`, if it is not 0, and the others one less
 */
async function insertDeployments(db: Store['db'], most: number, more: number): Promise<void> {
  const [rawStatus = ''] = STATUSES;
  const status: DeploymentStatus = 'RUNNING';
  const row = toNewRow(
    { ownerId: '', credentialId: '', organizationId: '', guard: null, reason: null },
    { id: '', rawStatus, status, isTerminal: false, taskId: TASK_ID },
    { nowMs: START_MS, observedAtMs: START_MS },
  );
  const ofWatch = {
    ...{ ownerId: sql.ref('watches.ownerId'), credentialId: sql.ref('watches.credentialId') },
    ...{ organizationId: sql.ref('watches.scope'), isWatched: sql.lit(1) },
    id: sql`'A-' || watches.scope || '-' || numbers.n`,
  };
  const columns = Object.keys({ ...row, ...ofWatch }) as (keyof DeploymentRow)[];
  const values = Object.values({ ...row, ...ofWatch });
  await sql`
    with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ${most})
    insert into deployments (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${sql.join(values)} from watches cross join numbers
    where n + 1 < ${most} or ${more} = 0 or cast(watches.scope as integer) < ${more}`.execute(db);
}

async function inParts<T>(
  all: readonly T[],
  insert: (part: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < all.length; start += ROWS_AT_ONCE)
    await insert(all.slice(start, start + ROWS_AT_ONCE));
}
