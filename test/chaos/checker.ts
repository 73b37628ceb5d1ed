import {
  type Findings,
  gist,
  type History,
  type KeyUse,
  type LoggedEvent,
  type Reader,
  TERMINAL,
} from './history.ts';
import { checkStory } from './story.ts';

/** Compares what subscribers saw with the log, the log with the upstream's history, and counts creates per key. */
export const check = (history: History): Findings => {
  const findings: Findings = { lost: [], doubled: [], reordered: [], doubleDeployments: [] };
  for (const [owner, log] of history.logs) {
    checkLog(owner, log, findings);
    checkTold(owner, log, history.told.get(owner) ?? new Map(), findings);
  }
  for (const reader of history.readers) checkReader(reader, history.logs.get(reader.owner) ?? [], findings);
  checkUpstream(history, findings);
  for (const use of history.keys) checkKey(use, findings);
  findings.doubled.push(...history.staleWrites);
  return findings;
};

/** Ids of an owner's log are 1 to n. */
const checkLog = (owner: string, log: readonly LoggedEvent[], { lost, doubled }: Findings): void => {
  let expected = 1;
  for (const { seq } of log) {
    if (seq > expected) lost.push(`log of ${owner}: nothing under ${expected} to ${seq - 1}`);
    if (seq < expected) doubled.push(`log of ${owner}: ${seq} twice`);
    expected = seq + 1;
  }
};

/** What somebody was told is in the log, word for word: it was on disk before. */
const checkTold = (
  owner: string,
  log: readonly LoggedEvent[],
  told: Map<number, string>,
  { lost }: Findings,
) => {
  const logged = new Map(log.map((event) => [event.seq, gist(event)]));
  for (const [seq, words] of told) {
    if (logged.get(seq) === words) continue;
    lost.push(`log of ${owner}: ${seq} was told as "${words}" and is "${logged.get(seq) ?? 'not there'}"`);
  }
};

/** A subscriber saw exactly its part of the log. */
const checkReader = (reader: Reader, log: readonly LoggedEvent[], findings: Findings): void => {
  const expected = expectedOf(reader, log);
  const wanted = new Set(expected);
  const seen = new Set<number>();
  let newest = 0;
  for (const [place, id] of reader.seen.entries()) {
    const around = () => `at ${place}: …${reader.seen.slice(Math.max(0, place - 3), place + 3).join(' ')}…`;
    if (seen.has(id)) findings.doubled.push(`${reader.name} was given ${id} twice, ${around()}`);
    else if (id < newest)
      findings.reordered.push(`${reader.name} was given ${id} after ${newest}, ${around()}`);
    if (!wanted.has(id) && !seen.has(id))
      findings.lost.push(`${reader.name} was given ${id}, not in its log`);
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
};

/** Whoever left when told that a deployment had ended need not know of its later lives. */
const expectedOf = ({ deploymentId, isComplete, seen }: Reader, log: readonly LoggedEvent[]): number[] => {
  const own = log.filter((event) => deploymentId === undefined || event.deploymentId === deploymentId);
  if (!isComplete) return own.map(({ seq }) => seq);
  const firstEnd = own.find(({ status }) => TERMINAL.has(status))?.seq ?? Number.POSITIVE_INFINITY;
  const last = Math.max(firstEnd, ...seen.slice(-1));
  return own.flatMap(({ seq }) => (seq <= last ? [seq] : []));
};

/** Every deployment has a story in the log that begins with its birth and ends as it did upstream. */
const checkUpstream = ({ logs, upstream, keys }: History, findings: Findings): void => {
  const prompted = new Set(keys.flatMap(({ kind, about }) => (kind === 'prompt' && about) || []));
  const stories = new Map<string, LoggedEvent[]>();
  for (const event of [...logs.values()].flat()) {
    const story = stories.get(event.deploymentId);
    if (story === undefined) stories.set(event.deploymentId, [event]);
    else story.push(event);
  }
  for (const { id, owner, status } of upstream) {
    const story = stories.get(id) ?? [];
    const told = story.at(-1)?.status;
    if (told !== status) {
      findings.lost.push(
        `${id} of ${owner} is ${status} upstream; in the log: ${story.map(gist).join(', ') || 'nothing'}`,
      );
    }
    stories.delete(id);
    checkStory(story, prompted.has(id), findings);
  }
  for (const id of stories.keys()) findings.doubled.push(`${id} is in the log and not upstream`);
};

/** One key, one effect upstream, and always the same answer. */
const checkKey = (
  { key, kind, owner, answers, made }: KeyUse,
  { doubleDeployments, lost }: Findings,
): void => {
  const what = `${kind} of key ${key} (${owner})`;
  if (made.length > 1)
    doubleDeployments.push(`${what}: made ${made.length} times upstream: ${made.join(' ')}`);
  if (answers.size > 1) doubleDeployments.push(`${what}: answered differently: ${[...answers].join(' ')}`);
  for (const answer of answers) {
    if (!made.includes(answer)) lost.push(`${what}: answered ${answer}, which is not upstream`);
  }
};
