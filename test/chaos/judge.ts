import { missingEntries } from './acknowledged.ts';
import type { Probe } from './availability.ts';
import { unanswered } from './catch-up.ts';
import { check } from './checker.ts';
import type { deliveryTimes } from './collect-history.ts';
import type { History } from './history.ts';
import {
  type Faults,
  guardFailures,
  internalErrors,
  lateDeliveries,
  lateEntries,
  sessionFailures,
  unavailability,
} from './judgments.ts';
import { checkLists } from './lists/check.ts';
import type { ListHistory } from './lists/history.ts';
import type { NemesisReport } from './nemesis.ts';
import type { Replica } from './replica.ts';
import { crashes, tooMuchMemory, uncleanStops } from './replica-judgments.ts';
import type { RetryingClient } from './retrying-client.ts';
import type { EndedSession } from './sessions.ts';
import { type BudgetedDeployment, type BudgetUse, budgetFailures } from './usage/budgets.ts';
import { type UsageHistory, usageFailures } from './usage/check.ts';
import type { WebhookFindings } from './webhooks/check.ts';

/** Everything that is known after a run. */
export interface Evidence {
  history: History;
  lists: ListHistory;
  times: ReturnType<typeof deliveryTimes>;
  client: Pick<RetryingClient, 'keys' | 'refusals'>;
  probes: readonly Probe[];
  sessions: readonly EndedSession[];
  /** Texts of `messageFailures`. */
  messages: string[];
  webhooks: WebhookFindings;
  usage: UsageHistory;
  budgets: { uses: readonly BudgetUse[]; deployments: readonly BudgetedDeployment[] };
  replicas: readonly Replica[];
  report: NemesisReport;
  slowness: number;
}

/** What is guaranteed, and each case in which it did not hold; all lists must be empty. */
export type Judgments = ReturnType<typeof judge>;
export type Judgment = keyof Judgments;

export function judge(evidence: Evidence) {
  const { history, lists, times, client, probes, replicas, report, slowness } = evidence;
  const faults: Faults = { ...report, slowness };
  const { runs, ends, events } = checkLists(lists, history.restores);
  const { webhooks, usage, budgets } = evidence;
  return {
    ...check(history),
    missing: missingEntries(history, faults),
    answers: unanswered(client.keys),
    deliveries: lateDeliveries(times, faults),
    entries: lateEntries(history, faults),
    guards: guardFailures(history, faults),
    runs,
    runEnds: ends,
    listEvents: events,
    messages: evidence.messages,
    webhooksLost: webhooks.lost,
    webhooksReordered: webhooks.reordered,
    webhookIds: webhooks.otherIds,
    usage: usageFailures(usage),
    budgets: budgetFailures(budgets.uses, budgets.deployments, history.restores, faults),
    sessions: sessionFailures(evidence.sessions, report, slowness),
    internal: internalErrors(client.refusals, probes),
    availability: unavailability(probes, report.disturbances),
    memory: tooMuchMemory(replicas),
    stops: uncleanStops(report),
    crashes: crashes(replicas),
  };
}
