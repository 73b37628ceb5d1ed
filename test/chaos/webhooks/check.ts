/** A message as a receiver has got it. */
export interface ReceivedMessage {
  /** The header `webhook-id`. */
  id: string;
  /** `data.id`: the number of the event in the log. */
  seq: number;
  /** The deployment or list that it is about; empty when it is about neither. */
  subject: string;
  /** It was answered with 204; everything else must be sent again. */
  isTaken: boolean;
  /** `data.missedAfter`: the gateway says that events before this one are missing. */
  hasHole: boolean;
}

/** A webhook with everything that its receiver has got, in the order of arrival. */
export interface WebhookUse {
  name: string;
  owner: string;
  /** It has the events after this one. */
  position: number;
  received: readonly ReceivedMessage[];
}

/** An event of the log that webhooks are told of. */
export interface WebhookEvent {
  owner: string;
  seq: number;
  subject: string;
}

/** Violations of what is guaranteed for webhooks, one text each. */
export interface WebhookFindings {
  lost: string[];
  /** Events that were taken after a later one of the same deployment or list. */
  reordered: string[];
  /** Events that were sent with two ids, and ids that two events have. */
  otherIds: string[];
}

/** Each event arrives at least once, in order for each deployment and list, with the same id whenever it is sent. */
export function checkWebhooks(uses: readonly WebhookUse[], events: readonly WebhookEvent[]): WebhookFindings {
  const findings: WebhookFindings = { lost: [], reordered: [], otherIds: [] };
  for (const use of uses) {
    checkArrived(use, events, findings);
    checkOrder(use, findings);
    checkIds(use, findings);
  }
  return findings;
}

function checkArrived(
  { name, owner, position, received }: WebhookUse,
  events: readonly WebhookEvent[],
  { lost }: WebhookFindings,
): void {
  const taken = new Set(received.filter(({ isTaken }) => isTaken).map(({ seq }) => seq));
  const missing = events.filter((one) => one.owner === owner && one.seq > position && !taken.has(one.seq));
  const [first] = missing;
  if (first !== undefined)
    lost.push(`${name} misses ${missing.length} events, first ${first.seq} of ${first.subject}`);
  for (const { seq, hasHole } of received)
    if (hasHole) lost.push(`${name} was told that events before ${seq} are missing`);
}

function checkOrder({ name, received }: WebhookUse, { reordered }: WebhookFindings): void {
  const newest = new Map<string, number>();
  const seen = new Set<number>();
  for (const { seq, subject, isTaken } of received) {
    if (!isTaken || seen.has(seq)) continue;
    seen.add(seq);
    const before = newest.get(subject) ?? 0;
    if (seq < before) reordered.push(`${name} took ${seq} of ${subject} after ${before}`);
    newest.set(subject, Math.max(before, seq));
  }
}

function checkIds({ name, received }: WebhookUse, { otherIds }: WebhookFindings): void {
  const idOf = new Map<number, string>();
  const seqOf = new Map<string, number>();
  for (const { id, seq } of received) {
    if ((idOf.get(seq) ?? id) !== id)
      otherIds.push(`${name} was sent ${seq} as ${idOf.get(seq)} and as ${id}`);
    if ((seqOf.get(id) ?? seq) !== seq)
      otherIds.push(`${name} was sent ${id} for ${seqOf.get(id)} and for ${seq}`);
    idOf.set(seq, id);
    seqOf.set(id, seq);
  }
}

/** What came of it in one line. */
export function webhookLine(
  uses: readonly WebhookUse[],
  { lost, reordered, otherIds }: WebhookFindings,
  kills: number,
): string {
  const messages = uses.flatMap(({ received }) => received);
  const events = uses.reduce((sum, { received }) => sum + new Set(received.map(({ seq }) => seq)).size, 0);
  return (
    `webhooks: ${events} events to ${uses.length} receivers, ${messages.length - events} sent again, ${kills} kills, ` +
    `${lost.length} lost, ${reordered.length} reordered, ${otherIds.length} with another id`
  );
}
