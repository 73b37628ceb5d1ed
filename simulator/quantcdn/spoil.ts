import type { Fault } from '../faults.ts';
import { withStatus } from '../rewrite.ts';
import type { Answer } from '../upstream.ts';
import { encode, plainEncoding } from './encoding.ts';
import { ApiError, errorAnswer } from './errors.ts';
import type { QuantCdnWorld } from './operation.ts';
import { isObject } from './records.ts';

type Json = Record<string, unknown>;

/** Creates the function that applies the faults of QuantCDN alone; every other fault is about the transport. */
export function createSpoil(world: QuantCdnWorld) {
  const error = (status: number, message: string) =>
    errorAnswer(new ApiError(status, message), world.behavior.errorShape);

  return (fault: Fault, performed: Answer | undefined): Answer | undefined => {
    const rewritten = (rewrite: (json: Json) => Json): Answer | undefined =>
      performed?.json ? { ...performed, json: rewrite(performed.json) } : performed;
    switch (fault.kind) {
      case 'status500':
        return error(500, 'Internal server error.');
      case 'refusal':
        return error(400, fault.message);
      case 'http401':
        return error(401, 'Unauthenticated.');
      case 'http403':
        return error(403, 'This action is unauthorized.');
      case 'unknownStatus':
        return rewritten((json) => withStatus(json, () => fault.status ?? 'hibernating'));
      case 'rawStatus':
        return rewritten((json) => withStatus(json, () => fault.status));
      case 'encoded':
        return rewritten((json) => encode(json, { ...plainEncoding, ...fault.as }));
      case 'missingFields':
        return rewritten((json) => bare(json, fault.fields));
      default:
        return undefined;
    }
  };
}

/** Removes fields from every task of an answer, also from receipts and graph nodes. */
function bare(json: Json, missing: string[] | undefined): Json {
  const goes = (key: string) => (missing ? missing.includes(key) : key !== 'taskId');
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (!isObject(value)) return value;
    const isTask = 'taskId' in value;
    const kept = Object.entries(value).filter(([key]) => !isTask || !goes(key));
    return Object.fromEntries(kept.map(([key, inner]) => [key, isTask ? inner : visit(inner)]));
  };
  return visit(json) as Json;
}
