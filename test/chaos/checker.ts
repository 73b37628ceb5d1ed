import { forgottenDeployments, mayBeLost } from './forgotten.ts';
import {
  describeEvent,
  type Findings,
  type History,
  type KeyUse,
  type LoggedEvent,
  type Reader,
  TERMINAL,
} from './history.ts';

const RANK: Readonly<Record<string, number>> = { QUEUED: 0, RUNNING: 1, COMPLETED: 2, STOPPED: 2, FAILED: 2 };

/** Compares what subscribers saw with the log, the log with the upstream's history, and counts creates per key. */
export function check(history: History): Findings {
  const findings: Findings = { lost: [], doubled: [], reordered: [], doubleDeployments: [] };
  for (const [owner, log] of history.logs) {
    checkLog(owner, log, findings);
    const written = [...log, ...(history.lostEvents.get(owner) ?? [])];
    checkDelivered(owner, written, history.delivered.get(owner) ?? new Map(), findings);
  }
  for (const reader of history.readers) checkReader(reader, history, findings);
  checkUpstream(history, findings);
  for (const use of history.keys) if (!mayBeLost(history, use)) checkKey(use, findings);
  checkTasks(history, findings);
  findings.doubled.push(...history.staleWrites);
  return findings;
}

/** Ids of an owner's log grow; they are times, so gaps between them mean nothing. */
function checkLog(owner: string, log: readonly LoggedEvent[], { doubled }: Findings): void {
  let last = 0;
  for (const { seq } of log) {
    if (seq <= last) doubled.push(`log of ${owner}: ${seq} twice`);
    last = seq;
  }
}

/** Every delivered event is in the log with the same content, or was before a restore. */
function checkDelivered(
  owner: string,
  log: readonly LoggedEvent[],
  delivered: Map<number, string>,
  { lost }: Findings,
) {
  const logged = new Map(log.map((event) => [event.seq, describeEvent(event)]));
  for (const [seq, text] of delivered) {
    if (logged.get(seq) === text) continue;
    lost.push(
      `log of ${owner}: ${seq} was delivered as "${text}" and is "${logged.get(seq) ?? 'not there'}"`,
    );
  }
}

/**
 * A subscriber was sent exactly its part of the log, once and in order. It may also have got events that were lost by a
 * restore, and must have got all that was written after it.
 */
function checkReader(reader: Reader, { logs, lostEvents }: History, findings: Findings): void {
  const lost = lostEvents.get(reader.owner) ?? [];
  const lostIds = new Set(lost.map(({ seq }) => seq));
  const written = [...(logs.get(reader.owner) ?? []), ...lost].toSorted((one, other) => one.seq - other.seq);
  const wanted = new Set(expectedOf(reader, written));
  const expected = [...wanted].filter((seq) => !lostIds.has(seq));
  const seen = new Set<number>();
  let newest = 0;
  for (const [place, id] of reader.seen.entries()) {
    const around = () => `at ${place}: …${reader.seen.slice(Math.max(0, place - 3), place + 3).join(' ')}…`;
    if (seen.has(id)) findings.doubled.push(`${reader.name} was sent ${id} twice, ${around()}`);
    else if (id < newest)
      findings.reordered.push(`${reader.name} was sent ${id} after ${newest}, ${around()}`);
    if (!wanted.has(id) && !seen.has(id)) findings.lost.push(`${reader.name} was sent ${id}, not in its log`);
    seen.add(id);
    newest = Math.max(newest, id);
  }
  const missing = expected.filter((id) => !seen.has(id));
  if (missing.length === 0) return;
  const [first = 0] = missing;
  const around = expected.slice(Math.max(0, expected.indexOf(first) - 3), expected.indexOf(first) + 4);
  findings.lost.push(
    `${reader.name} (${reader.owner}) misses ${missing.length}, first ${first} of …${around.join(' ')}…; ` +
      `it has ${reader.seen.length}, last ${reader.seen.at(-1) ?? 'none'}, of ${expected.length}`,
  );
}

/** A subscriber whose stream was completed at the end of a deployment need not get what follows a revival. */
function expectedOf({ deploymentId, isComplete, seen }: Reader, log: readonly LoggedEvent[]): number[] {
  const own = log.filter((event) => deploymentId === undefined || event.deploymentId === deploymentId);
  if (!isComplete) return own.map(({ seq }) => seq);
  const firstEnd = own.find(({ status }) => TERMINAL.has(status))?.seq ?? Number.POSITIVE_INFINITY;
  const last = Math.max(firstEnd, ...seen.slice(-1));
  return own.flatMap(({ seq }) => (seq <= last ? [seq] : []));
}

/** The events of every deployment begin with CREATED and end with its status upstream. */
function checkUpstream(history: History, findings: Findings): void {
  const { logs, upstream, keys } = history;
  const prompted = new Set(keys.flatMap(({ kind, about }) => (kind === 'prompt' && about) || []));
  const forgotten = forgottenDeployments(history);
  const sequences = new Map<string, LoggedEvent[]>();
  for (const event of [...logs.values()].flat()) {
    const events = sequences.get(event.deploymentId);
    if (events === undefined) sequences.set(event.deploymentId, [event]);
    else events.push(event);
  }
  for (const { id, owner, status } of upstream) {
    const events = sequences.get(id) ?? [];
    const last = events.at(-1)?.status;
    if (last !== status && !forgotten.has(id)) {
      findings.lost.push(
        `${id} of ${owner} is ${status} upstream; in the log: ${events.map(describeEvent).join(', ') || 'nothing'}`,
      );
    }
    sequences.delete(id);
    checkEventSequence(events, prompted.has(id), findings);
  }
  for (const id of sequences.keys()) findings.doubled.push(`${id} is in the log and not upstream`);
}

/** One key has one effect upstream and always the same answer. Deployments are counted by task. */
function checkKey({ key, kind, owner, answers, made }: KeyUse, { doubleDeployments, lost }: Findings): void {
  const what = `${kind} of key ${key} (${owner})`;
  if (kind !== 'deployment' && made.length > 1)
    doubleDeployments.push(`${what}: made ${made.length} times upstream: ${made.join(' ')}`);
  if (answers.size > 1) doubleDeployments.push(`${what}: answered differently: ${[...answers].join(' ')}`);
  for (const answer of answers) {
    if (!made.includes(answer)) lost.push(`${what}: answered ${answer}, which is not upstream`);
  }
}

/**
 * A task was deployed at most once for each request, which users of one upstream account may share; each deployment is the
 * answer to one key, and in the log of the owner of that key. A deployment that the gateway has made a second time must have
 * been stopped as such.
 */
function checkTasks(history: History, { doubleDeployments }: Findings): void {
  const { keys, upstream, logs } = history;
  const creators = new Map(
    [...logs].flatMap(([owner, log]) =>
      log.flatMap(({ type, deploymentId }) => (type === 'CREATED' ? [[deploymentId, owner] as const] : [])),
    ),
  );
  const madeTwice = stoppedSeconds(history);
  const uses = Map.groupBy(
    keys.filter(({ kind }) => kind === 'deployment'),
    ({ about }) => about,
  );
  const deployments = Map.groupBy(upstream, ({ taskId }) => taskId);
  const forgotten = forgottenDeployments(history);
  for (const [taskId, ofTask] of uses) {
    // A request that was forgotten may be carried out again. The run of a list that has made a deployment may be
    // forgotten too; then its request is not among the uses.
    if (ofTask.some((use) => mayBeLost(history, use))) continue;
    if (deployments.get(taskId ?? '')?.some(({ id }) => forgotten.has(id))) continue;
    const made = (deployments.get(taskId ?? '') ?? []).filter(
      ({ id, status }) => status !== 'STOPPED' || !madeTwice.has(id),
    );
    if (made.length > ofTask.length) {
      const ids = made.map(({ id }) => id).join(' ');
      doubleDeployments.push(
        `task ${taskId}: ${ofTask.length} requests made ${made.length} upstream: ${ids}`,
      );
    }
    const keyOf = new Map<string, string>();
    for (const { key, owner, answers } of ofTask) {
      for (const id of answers) {
        const other = keyOf.get(id);
        if (other !== undefined)
          doubleDeployments.push(`${id} is the answer to the keys ${other} and ${key}`);
        keyOf.set(id, key);
        const creator = creators.get(id) ?? owner;
        if (creator !== owner)
          doubleDeployments.push(`${id} of key ${key} (${owner}) is in the log of ${creator}`);
      }
    }
  }
}

/**
 * Deployments that the gateway has found to be made a second time, by a replica that stood still while it sent
 * (docs/decisions/0024-idempotency-across-replicas.md).
 */
export function stoppedSeconds({ logs }: Pick<History, 'logs'>): Set<string> {
  return new Set(
    [...logs.values()]
      .flat()
      .flatMap(({ type, reason, deploymentId }) =>
        type === 'GUARD_TRIPPED' && reason?.startsWith('madeTwice:') ? [deploymentId] : [],
      ),
  );
}

/**
 * The events of one deployment fit together: CREATED once and first, and each previous status is the status before. The
 * same watch problem is not announced again before it is over.
 */
function checkEventSequence(
  events: readonly LoggedEvent[],
  wasPrompted: boolean,
  { doubled, reordered, lost }: Omit<Findings, 'doubleDeployments'>,
): void {
  let status: string | undefined;
  let problem: string | null = null;
  for (const event of events) {
    const { type, seq, previousStatus } = event;
    const text = `${seq} ${describeEvent(event)}`;
    if (status === undefined && type !== 'CREATED') {
      const isCreatedLater = events.some((other) => other.type === 'CREATED');
      (isCreatedLater ? reordered : lost).push(`${text}: before its CREATED`);
    }
    if (status !== undefined && type === 'CREATED') doubled.push(`${text}: created twice`);
    if (status !== undefined && (previousStatus ?? status) !== status) {
      reordered.push(`${text}: but it was ${status}`);
    }
    if (status !== undefined && !wasPrompted && (RANK[event.status] ?? 0) < (RANK[status] ?? 0)) {
      reordered.push(`${text}: backwards, without a prompt`);
    }
    if (type === 'WATCH_DEGRADED') {
      if (problem === event.reason) doubled.push(`${text}: ${event.reason} announced twice`);
      problem = event.reason;
    } else if (type === 'WATCH_RECOVERED' || TERMINAL.has(event.status)) problem = null;
    status = event.status;
  }
}
