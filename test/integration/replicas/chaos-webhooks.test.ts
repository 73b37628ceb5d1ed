import { expect, test } from 'vitest';
import { checkWebhooks, type ReceivedMessage, webhookLine } from '../../chaos/webhooks/check.ts';

const EVENTS = [1, 2, 3, 4].map((seq) => ({ owner: 'ada', seq, subject: seq % 2 === 0 ? 'A-2' : 'A-1' }));

function received(seq: number, more: Partial<ReceivedMessage> = {}): ReceivedMessage {
  const subject = seq % 2 === 0 ? 'A-2' : 'A-1';
  return { id: `msg_${seq}`, seq, subject, isTaken: true, hasHole: false, ...more };
}

function judged(...messages: ReceivedMessage[]) {
  const use = { name: 'the receiver', owner: 'ada', position: 1, received: messages };
  return { use, findings: checkWebhooks([use], [...EVENTS, { owner: 'eve', seq: 3, subject: 'A-9' }]) };
}

test('a receiver that has taken each event after its position has no findings, however often they came', () => {
  const refused = received(2, { isTaken: false });
  const { use, findings } = judged(refused, refused, received(2), received(3), received(2), received(4));
  expect(findings).toEqual({ lost: [], reordered: [], otherIds: [] });
  expect(webhookLine([use], findings, 5)).toBe(
    'webhooks: 3 events to 1 receivers, 3 sent again, 5 kills, 0 lost, 0 reordered, 0 with another id',
  );
  // The order between deployments is not promised to receivers.
  expect(judged(received(3), received(2), received(4)).findings.reordered).toEqual([]);
});

test.each([
  ['an event that never came', [received(2), received(4)], 'lost'],
  ['an event that was never taken', [received(2), received(3, { isTaken: false }), received(4)], 'lost'],
  ['a hole', [received(2), received(3), received(4, { hasHole: true })], 'lost'],
  ['an event after a later one of its deployment', [received(3), received(4), received(2)], 'reordered'],
  ['an event with two ids', [received(2), received(2, { id: 'x' }), received(3), received(4)], 'otherIds'],
  ['an id of two events', [received(2), received(3, { id: 'msg_2' }), received(4)], 'otherIds'],
] as [string, ReceivedMessage[], 'lost' | 'reordered' | 'otherIds'][])('%s is found', (_what, all, where) => {
  expect(judged(...all).findings[where]).toHaveLength(1);
});
