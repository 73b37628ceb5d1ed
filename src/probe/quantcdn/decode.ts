import type { UpstreamDrift } from '../../domain/upstream-drift.ts';
import type { JsonObject } from '../../lib/json.ts';
import { createDecoders, type Decoders } from '../../upstream/quantcdn/decode.ts';
import { objectIn } from '../answers.ts';
import { findingsOfDecoding } from '../drift.ts';
import type { QuantCdnEvidence, QuantCdnRead } from './evidence.ts';

const DECODED: Partial<Record<QuantCdnRead, (decode: Decoders, answer: JsonObject) => unknown>> = {
  listTasks: (decode, answer) => decode.list(answer, ''),
  'listTasks with limit 1': (decode, answer) => decode.list(answer, ''),
  'listTasks with filters': (decode, answer) => decode.list(answer, ''),
  'listTasks with dependsOn': (decode, answer) => decode.list(answer, ''),
  'listTasks with includeDetails': (decode, answer) => decode.list(answer, ''),
  getTask: decodeTask,
  'getTask of an ended task': decodeTask,
  getDependencyGraph: (decode, answer) => decode.graph(answer, ''),
};

function decodeTask(decode: Decoders, answer: JsonObject): unknown {
  return decode.task(answer, { organisation: '', id: String(answer.taskId) });
}

/** What the gateway's decoders do not know of the answers; undefined when there was nothing to decode. */
export function driftOf(evidence: QuantCdnEvidence): UpstreamDrift[] | undefined {
  const drift: UpstreamDrift[] = [];
  const decoders = createDecoders(
    () => undefined,
    (finding) => drift.push(finding),
  );
  let decoded = 0;
  for (const { read, answer } of evidence.all()) {
    const decode = DECODED[read];
    const fields = answer.status === 200 ? objectIn(answer) : undefined;
    if (decode === undefined || fields === undefined || fields.error === true) continue;
    decoded += 1;
    drift.push(...findingsOfDecoding(read.split(' ')[0] ?? read, () => decode(decoders, fields)));
  }
  return decoded === 0 ? undefined : drift;
}
