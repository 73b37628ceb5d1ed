import { type FilePatch, patchedCopy } from '../support/patched-copy.ts';
import type { Judgment } from './judge.ts';

/** A guarantee that is removed from a copy of the gateway, to prove that the run detects it. */
export type Break = keyof typeof BREAKS;

interface Patch extends FilePatch {
  /** The judgment that must fail. */
  seenBy: Judgment;
}

/** The code of each guarantee, and its replacement without it. */
export const BREAKS = {
  /** A replica that has lost its lease writes all the same. */
  fence: {
    seenBy: 'doubled',
    file: 'src/store/coordination/leases.ts',
    find: 'export async function isHeld(tx: Db, lease: Lease): Promise<boolean> {',
    replace:
      'export async function isHeld(tx: Db, lease: Lease): Promise<boolean> {\n  if (lease) return true;',
  },
  /** A subscriber that resumes with a cursor gets new events only, not those it missed. */
  cursor: {
    seenBy: 'lost',
    file: 'src/services/agents/feeds.ts',
    find: 'if (start !== undefined) return follow(deps, followed, start);',
    replace: `if (start !== undefined) {
        const from = start === 0 ? 0 : (await logBounds(store.db, ownerId)).lastSeq;
        return follow(deps, followed, from);
      }`,
  },
  /** Creates and prompts are sent without an intent. */
  intent: {
    seenBy: 'doubleDeployments',
    file: 'src/services/common/intent-states.ts',
    find: "if (state === 'SETTLED') return record(deps, intent, JSON.parse(acquired.result) as T, steps);",
    replace: `if (state === 'SETTLED') return record(deps, intent, JSON.parse(acquired.result) as T, steps);
  if (intent) {
    await deleteIntent(deps.store.db, intent);
    const sentOutcome = await steps.send();
    await steps.onSuccess?.(sentOutcome);
    return sentOutcome;
  }`,
  },
  /** Requests whose caller never comes back are not finished. */
  sweep: {
    seenBy: 'lost',
    file: 'src/worker/intent-sweeper.ts',
    find: 'await mapLimit(CONCURRENCY, intents, recoverOne);',
    replace: 'await mapLimit(CONCURRENCY, intents.slice(BATCH), recoverOne);',
  },
  /** Requests of different users for one task of one upstream account do not take turns. */
  account: {
    seenBy: 'doubleDeployments',
    file: 'src/services/common/idempotency.ts',
    find: 'JSON.stringify([provider, account, ...what])',
    replace: 'JSON.stringify([provider, account, arguments[0].ownerId, ...what])',
  },
  /** Equal requests do not take turns, not even those of one user. */
  turn: {
    seenBy: 'doubleDeployments',
    file: 'src/services/common/idempotency.ts',
    find: 'JSON.stringify([provider, account, ...what])',
    replace: 'JSON.stringify([provider, account, ...what, performance.now()])',
  },
  /** A request that never arrived is never sent again. */
  answer: {
    seenBy: 'answers',
    file: 'src/services/common/intent-states.ts',
    find: 'return (await readStoreTime(deps, deps.store.db)) - sentAtMs >= resendAfterMs(deps);',
    replace: 'return (await readStoreTime(deps, deps.store.db)) - sentAtMs < 0;',
  },
  /** No guard trips by time. */
  guard: {
    seenBy: 'guards',
    file: 'src/domain/deployment-guard.ts',
    find: 'isCount ? used > limit : used >= limit,',
    replace: 'isCount && used > limit,',
  },
  /** A lost connection to the database counts as a bug. */
  internal: {
    seenBy: 'internal',
    file: 'src/store/driver/unavailable.ts',
    find: 'return isConnectionLost(error) || BUSY_STATES.test(partsOf(error).code)',
    replace: 'return BUSY_STATES.test(partsOf(error).code)',
  },
  /** One read in fifty fails. */
  availability: {
    seenBy: 'availability',
    file: 'src/http/graphql/resolvers/events.ts',
    find: 'services.feeds.page(viewer, args),',
    replace: `import('../../../store/driver/unavailable.ts').then(({ StoreUnavailable }) => {
        if (Math.random() < 0.02) throw new StoreUnavailable('--break availability');
        return services.feeds.page(viewer, args);
      }),`,
  },
  /** The watches of a lost replica are taken over much too late. */
  gap: {
    seenBy: 'deliveries',
    file: 'src/worker/claims.ts',
    find: 'export const LEASE_MS = 12_000;',
    replace: 'export const LEASE_MS = 60_000;',
  },
  /** Prompts are carried out and not written down. */
  append: {
    seenBy: 'missing',
    file: 'src/events/writers/deployments.ts',
    find: '        emit(event);\n        await enforceBudgets(',
    replace: '        if (event === undefined) emit(event);\n        await enforceBudgets(',
  },
  /** Numbers of events are counted from the last one, so that those of a lost time are given again. */
  restore: {
    seenBy: 'lost',
    file: 'src/store/deployments/events.ts',
    find: "when(isAhead).then(lastByCount).else(set.ref('excluded.lastSeq'))",
    replace: 'when(isAhead).then(lastByCount).else(lastByCount)',
  },
  /** A run completes although its deployment has failed or was stopped. */
  runs: {
    seenBy: 'runs',
    file: 'src/worker/runs/follow-deployment.ts',
    find: "{ state: 'FINISHING', reason: findFailure(deployment) ?? null }",
    replace: "{ state: 'FINISHING', reason: null }",
  },
  /** Each change of a list run is announced twice. */
  ends: {
    seenBy: 'runEnds',
    file: 'src/events/writers/ai-task-runs.ts',
    find: "  emit({ kind: 'LIST_RUN', organisation, taskListId, subjectId, body: toJson(view) });",
    replace: `  for (const body of [toJson(view), toJson(view)])
    emit({ kind: 'LIST_RUN', organisation, taskListId, subjectId, body });`,
  },
  /** A subscriber of a list that resumes gets new events only. */
  lists: {
    seenBy: 'listEvents',
    file: 'src/services/ai-tasks/feeds.ts',
    find: "const start = await positionOf(deps, viewer.userId, input.after ?? '0');",
    replace: `const from = await positionOf(deps, viewer.userId, input.after ?? '0');
      const start = from === 0 ? 0 : (await logBounds(store.db, viewer.userId)).lastSeq;`,
  },
  /** Every fifth change of a message is not sent. */
  messages: {
    seenBy: 'messages',
    file: 'src/services/agents/message-feed.ts',
    find: 'return rows.map(toMessage);',
    replace: 'return rows.filter(({ revision }) => revision % 5 > 0).map(toMessage);',
  },
  /** What a receiver refuses counts as delivered. */
  webhook: {
    seenBy: 'webhooksLost',
    file: 'src/worker/webhooks/deliver.ts',
    find: "if (outcome === 'DELIVERED')\n",
    replace: "if (outcome !== 'GONE')\n",
  },
  /** The events of each page of the log are sent from the last one to the first. */
  webhookOrder: {
    seenBy: 'webhooksReordered',
    file: 'src/store/webhooks/whole-log.ts',
    find: '.sort((one, other) => one.seq - other.seq)',
    replace: '.sort((one, other) => other.seq - one.seq)',
  },
  /** Each try to deliver an event has an id of its own. */
  webhookId: {
    seenBy: 'webhookIds',
    file: 'src/events/webhook-messages.ts',
    find: '    id: `msg_',
    replace: '    id: performance.now() + `msg_',
  },
  /** Tokens that are read again are added to those that are counted already. */
  usage: {
    seenBy: 'usage',
    file: 'src/store/usage/ledger.ts',
    find: 'case when excluded.input_tokens > u.input_tokens then excluded.input_tokens else u.input_tokens end',
    replace: 'u.input_tokens + excluded.input_tokens',
  },
  /** A budget that is used up stops nothing. */
  budget: {
    seenBy: 'budgets',
    file: 'src/events/writers/budgets.ts',
    find: "if (isReached && budget.onReached === 'STOP')",
    replace: "if (isReached && budget.onReached === 'WARN')",
  },
  /** Sockets stay open when their session ends. */
  logout: {
    seenBy: 'sessions',
    file: 'src/http/live/registry.ts',
    find: 'if (groundsOf(connection.viewer()).includes(sessionId))',
    replace: "if (sessionId === '')",
  },
  /** A refresh token that was used before does not end its session. */
  reuse: {
    seenBy: 'sessions',
    file: 'src/auth/sessions.ts',
    find: 'if (!isRepeat) return {',
    replace: 'if (!isRepeat) return {};\n        if (!isRepeat) return {',
  },
  /** A session of the database that cannot write is kept, and counts as a bug. */
  readOnly: {
    seenBy: 'internal',
    file: 'src/store/driver/unavailable.ts',
    find: 'const LOST_STATES = /^(08...|57P0.|25P03|25006)$/;',
    replace: 'const LOST_STATES = /^(08...|57P0.|25P03)$/;',
  },
  /** A replica's memory grows by 20 MB a second. */
  memory: {
    seenBy: 'memory',
    file: 'src/start.ts',
    find: 'await deps.poller.start();',
    replace: `await deps.poller.start();
  const leaked: Buffer[] = [];
  setInterval(() => leaked.push(Buffer.alloc(20_000_000, 1)), 1_000);`,
  },
} as const satisfies Record<string, Patch>;

/** Copies the gateway into a folder and patches the copy. @throws as `patchedCopy` does */
export function brokenCopy(root: string, folder: string, breaks: readonly Break[]): string {
  const names = ['src', 'package.json', 'schema.graphql'];
  return patchedCopy(
    root,
    folder,
    names,
    breaks.map((what) => [what, BREAKS[what]]),
  );
}
