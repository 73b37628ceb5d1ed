import type { UpstreamDrift } from '../../domain/upstream-drift.ts';
import { reportOnce } from '../../upstream/fields/drift.ts';
import { readEnvelope } from '../../upstream/quantconnect/answer.ts';
import { createDecoders, type Decode } from '../../upstream/quantconnect/decode.ts';
import { objectIn } from '../answers.ts';
import { findingsOfDecoding } from '../drift.ts';
import type { QuantConnectEvidence, QuantConnectRead } from './evidence.ts';

const decoders = createDecoders(() => undefined);
const conversation = decoders.conversation('');
const DECODED: Partial<Record<QuantConnectRead, Decode<unknown>>> = {
  authenticate: decoders.receipt,
  'agents/list': decoders.agents,
  'agents/read': decoders.agent,
  'tasks/list': decoders.tasks,
  'tasks/read': decoders.task,
  'deployments/list': decoders.deployments,
  'deployments/read': decoders.deployment,
  'conversation/read': conversation,
  'conversation/read of a thread': conversation,
};

/** What the gateway's decoders do not know of the answers; undefined when there was nothing to decode. */
export function driftOf(evidence: QuantConnectEvidence): UpstreamDrift[] | undefined {
  const drift: UpstreamDrift[] = [];
  let decoded = 0;
  for (const { read, answer } of evidence.all()) {
    const decode = DECODED[read];
    const envelope = answer.status === 200 ? readEnvelope(objectIn(answer)) : undefined;
    if (decode === undefined || envelope === undefined || envelope.success === false) continue;
    decoded += 1;
    const operation = read.split(' ')[0] ?? read;
    const report = reportOnce(operation, (finding) => drift.push(finding));
    drift.push(...findingsOfDecoding(operation, () => decode(envelope, report)));
  }
  return decoded === 0 ? undefined : drift;
}
