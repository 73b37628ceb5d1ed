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
import * as quietPolls from './0016-quiet-polls.ts';
import * as eventTraces from './0017-event-traces.ts';
import * as userAdministration from './0018-user-administration.ts';
import * as verificationProblems from './0019-verification-problems.ts';
import * as usage from './0020-usage.ts';
import * as webhooks from './0021-webhooks.ts';
import * as prompts from './0022-prompts.ts';
import * as budgets from './0023-budgets.ts';
import * as heldWatches from './0024-held-watches.ts';
import * as ownerEvents from './0025-owner-events.ts';

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
  '0016-quiet-polls': quietPolls,
  '0017-event-traces': eventTraces,
  '0018-user-administration': userAdministration,
  '0019-verification-problems': verificationProblems,
  '0020-usage': usage,
  '0021-webhooks': webhooks,
  '0022-prompts': prompts,
  '0023-budgets': budgets,
  '0024-held-watches': heldWatches,
  '0025-owner-events': ownerEvents,
};
