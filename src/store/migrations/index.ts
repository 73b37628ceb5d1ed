import type { Migration } from 'kysely/migration';
import * as initial from './0001-initial.ts';
import * as intentsByTurn from './0002-intents-by-turn.ts';
import * as stopDeployments from './0003-stop-deployments.ts';
import * as revisions from './0004-revisions.ts';
import * as upstreamDrift from './0005-upstream-drift.ts';
import * as guards from './0006-guards.ts';
import * as stopCauses from './0007-stop-causes.ts';
import * as threads from './0007-threads.ts';
import * as seenAiTasks from './0008-seen-ai-tasks.ts';
import * as newestDeployments from './0009-newest-deployments.ts';
import * as transcripts from './0010-transcripts.ts';
import * as leaseHolders from './0011-lease-holders.ts';
import * as housekeeping from './0012-housekeeping.ts';
import * as spentTokenAges from './0013-spent-token-ages.ts';
import * as userNetworks from './0014-user-networks.ts';
import * as runStarters from './0015-run-starters.ts';

/** Every migration by name, in order. A released migration is never changed. */
export const migrations: Record<string, Migration> = {
  '0001-initial': initial,
  '0002-intents-by-turn': intentsByTurn,
  '0003-stop-deployments': stopDeployments,
  '0004-revisions': revisions,
  '0005-upstream-drift': upstreamDrift,
  '0006-guards': guards,
  '0007-stop-causes': stopCauses,
  '0007-threads': threads,
  '0008-seen-ai-tasks': seenAiTasks,
  '0009-newest-deployments': newestDeployments,
  '0010-transcripts': transcripts,
  '0011-lease-holders': leaseHolders,
  '0012-housekeeping': housekeeping,
  '0013-spent-token-ages': spentTokenAges,
  '0014-user-networks': userNetworks,
  '0015-run-starters': runStarters,
};
