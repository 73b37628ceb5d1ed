/** What one metric is. Its public name has the prefix `quantgate_`; durations are in seconds. */
export interface MetricDefinition {
  kind: 'counter' | 'gauge' | 'histogram';
  name: string;
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram, ascending. */
  buckets?: readonly number[];
}

/** The prefix of every name in the catalog. */
export const METRIC_PREFIX = 'quantgate_';

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const STATEMENT_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
const DELAY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

function counter<const Names extends readonly string[]>(name: string, help: string, labels: Names) {
  return { kind: 'counter', name, help, labels } as const;
}

function gauge<const Names extends readonly string[]>(name: string, help: string, labels: Names) {
  return { kind: 'gauge', name, help, labels } as const;
}

function histogram<const Names extends readonly string[]>(
  name: string,
  help: string,
  labels: Names,
  buckets: readonly number[],
) {
  return { kind: 'histogram', name, help, labels, buckets } as const;
}

/**
 * Every metric of the gateway, by the name it has in the code (docs/operate/observe.md, Metrics). No label holds an id, and
 * each has few values: routes and not paths, names of statements and not their text.
 */
export const METRICS = {
  buildInfo: gauge('build_info', 'Always 1; the label has the version', ['version']),
  httpRequestSeconds: histogram(
    'http_request_duration_seconds',
    'Requests over HTTP, until the answer has left; of an event stream, until its end',
    ['method', 'route', 'status'],
    REQUEST_SECONDS,
  ),
  graphqlOperationSeconds: histogram(
    'graphql_operation_duration_seconds',
    'Operations of all transports; of a subscription, until it is subscribed',
    ['operation_type', 'operation_name', 'outcome'],
    REQUEST_SECONDS,
  ),
  upstreamCallSeconds: histogram(
    'upstream_call_duration_seconds',
    'Calls upstream, with their waits and retries; a read that joins another one is not a call',
    ['provider', 'operation', 'outcome'],
    REQUEST_SECONDS,
  ),
  upstreamAttempts: counter('upstream_attempts_total', 'Requests sent upstream, retries included', [
    'provider',
    'outcome',
  ]),
  upstreamSharedReads: counter('upstream_shared_reads_total', 'Reads that got the answer of an equal read', [
    'provider',
  ]),
  upstreamBudgetWaiting: gauge('upstream_budget_waiting', 'Calls that wait for their rate budget', [
    'provider',
  ]),
  upstreamBreakerOpen: gauge(
    'upstream_breaker_open',
    '1 while calls are refused because the upstream fails, for all owners or for one',
    ['provider'],
  ),
  upstreamOwnerBreakersOpen: gauge(
    'upstream_owner_breakers_open',
    'Owners whose calls are refused because the upstream fails for them',
    ['provider'],
  ),
  upstreamClockOffset: gauge(
    'upstream_clock_offset_seconds',
    'How far the clock of the upstream is ahead of this process; 0 until it differs by more than a second',
    ['provider'],
  ),
  upstreamDrift: counter('upstream_drift_total', 'What answers had that the gateway does not know', [
    'provider',
    'operation',
    'kind',
  ]),
  watches: gauge('watches', 'Watches in the store, which all replicas share', ['kind']),
  watchLateness: histogram(
    'watch_lateness_seconds',
    'How much later than due a poll began',
    [],
    DELAY_SECONDS,
  ),
  watchLooks: counter('watch_looks_total', 'Polls of watches', ['kind', 'outcome']),
  eventsAppended: counter('events_appended_total', 'Events written to the log', ['type']),
  followerLag: histogram(
    'follower_lag_seconds',
    'Time from the writing of an event until this process has read it for those who follow the log',
    [],
    DELAY_SECONDS,
  ),
  sockets: gauge('sockets', 'Open WebSockets and event streams', ['transport']),
  subscriptions: gauge('subscriptions', 'GraphQL subscriptions under way', []),
  deliveries: counter('deliveries_total', 'Events and results sent to subscribers', ['transport']),
  socketCloses: counter('socket_closes_total', 'WebSockets that were closed, by close code', ['code']),
  webhookDeliveries: counter('webhook_deliveries_total', 'Tries to deliver to a webhook', ['outcome']),
  webhookLag: histogram(
    'webhook_lag_seconds',
    'Time from the writing of an event until a webhook has taken it',
    [],
    DELAY_SECONDS,
  ),
  signIns: counter('sign_ins_total', 'Sign-ins with a password', ['outcome']),
  storeQuerySeconds: histogram(
    'store_query_duration_seconds',
    'Statements of the database, by verb and table',
    ['statement'],
    STATEMENT_SECONDS,
  ),
} satisfies Record<string, MetricDefinition>;

/** The name of a metric in the code. */
export type MetricKey = keyof typeof METRICS;
