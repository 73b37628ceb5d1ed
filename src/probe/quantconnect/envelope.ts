import { isBadSignature, readEnvelope } from '../../upstream/quantconnect/answer.ts';
import { describeStatus, limitHeadersOf, objectIn, type ProbeAnswer } from '../answers.ts';
import { type Assumption, broken, HELD, held, heldUnless, Undecided } from '../assumption.ts';
import { typeName } from '../shapes.ts';
import { isRefused } from './ask.ts';
import type { QuantConnectEvidence, QuantConnectRead } from './evidence.ts';

/** Reads whose answer is no ordinary one. */
const ODD_READS: ReadonlySet<QuantConnectRead> = new Set([
  'an unknown path',
  'authenticate with an old signature',
]);

function ordinary(evidence: QuantConnectEvidence) {
  const answers = evidence.all().filter(({ read, answer }) => !ODD_READS.has(read) && answer.status < 500);
  if (answers.length === 0) throw new Undecided('nothing was answered');
  return answers;
}

/** `HTTP 200 with success: false`, for a detail. */
function describeEnvelope(answer: ProbeAnswer): string {
  const success = readEnvelope(objectIn(answer))?.success;
  return success === undefined ? describeStatus(answer) : `HTTP ${answer.status} with success: ${success}`;
}

/** A refusal has HTTP 200 and `success: false`. */
function judgeRefusal(answer: ProbeAnswer) {
  if (answer.status >= 500) throw new Undecided(`the read answered ${describeStatus(answer)}`);
  const isExpected = answer.status === 200 && readEnvelope(objectIn(answer))?.success === false;
  return isExpected ? HELD : broken(describeEnvelope(answer));
}

/** The place of a refusal's texts, in the order of lean-cli. */
function textPlaceOf(answer: ProbeAnswer): string | undefined {
  const fields = objectIn(answer) ?? {};
  return ['errors', 'messages', 'Message', 'message'].find((name) => {
    const value = fields[name];
    return typeof value === 'string' ? value !== '' : Array.isArray(value) && value.length > 0;
  });
}

/** Envelope, signature and transport (docs/upstream/quantconnect.md, Transport, and below). */
export const ENVELOPE_ASSUMPTIONS: readonly Assumption<QuantConnectEvidence>[] = [
  {
    id: 'signing',
    statement: 'A request that is signed as described is accepted',
    judge(evidence) {
      const answer = evidence.of('authenticate');
      if (isRefused(answer)) return broken(`${describeEnvelope(answer)}, or the stored token is wrong`);
      if (answer.status >= 500) throw new Undecided(`authenticate answered ${describeStatus(answer)}`);
      return HELD;
    },
  },
  {
    id: 'signature-lifetime',
    statement: 'A signature that is 3 hours old is refused',
    judge(evidence) {
      const answer = evidence.of('authenticate with an old signature');
      if (answer.status > 500) throw new Undecided(`the read answered ${describeStatus(answer)}`);
      return isRefused(answer) ? HELD : broken('it is accepted');
    },
  },
  {
    id: 'refused-signature-shapes',
    statement: "A refused signature is HTTP 401, HTTP 500, or the text `Hash doesn't match.`",
    judge(evidence) {
      const answer = evidence.of('authenticate with an old signature');
      if (!isRefused(answer)) throw new Undecided('no signature was refused');
      const isKnown = answer.status === 500 || isBadSignature(answer.status, readEnvelope(objectIn(answer)));
      return isKnown ? held(describeEnvelope(answer)) : broken(describeEnvelope(answer));
    },
  },
  {
    id: 'body-may-be-no-json',
    statement: 'Every answer of a path that exists is one JSON object',
    judge: (evidence) =>
      heldUnless(
        ordinary(evidence).flatMap(({ read, answer }) =>
          objectIn(answer) === undefined ? [`${read}: ${describeStatus(answer)}`] : [],
        ),
      ),
  },
  {
    id: 'success-may-be-missing',
    statement: 'Every answer of HTTP 200 has `success`, true or false',
    judge: (evidence) =>
      heldUnless(
        ordinary(evidence).flatMap(({ read, answer }) => {
          const envelope = answer.status === 200 ? readEnvelope(objectIn(answer)) : undefined;
          return envelope !== undefined && envelope.success === undefined ? [read] : [];
        }),
      ),
  },
  {
    id: 'failure-envelope-is-200',
    statement: 'A refused read answers HTTP 200 with `success: false`',
    judge: (evidence) => judgeRefusal(evidence.of('agents/read of an unknown id')),
  },
  {
    id: 'error-text-place',
    statement: 'The text of a refusal stands in `errors`, a list of texts',
    judge(evidence) {
      const answer = evidence.of('agents/read of an unknown id');
      const fields = objectIn(answer);
      if (fields === undefined || readEnvelope(fields)?.success === true)
        throw new Undecided(`the read answered ${describeEnvelope(answer)}`);
      const place = textPlaceOf(answer);
      if (place === undefined) return broken('there is no text');
      const shape = Array.isArray(fields[place]) ? `list of ${typeName(fields[place][0])}` : 'text';
      return place === 'errors' && shape === 'list of text' ? HELD : broken(`\`${place}\`, a ${shape}`);
    },
  },
  {
    id: 'organization-of-ids',
    statement: 'An organization that the caller cannot reach is refused like an id that is unknown',
    judge: (evidence) => judgeRefusal(evidence.of('agents/list of an unknown organization')),
  },
  {
    id: 'unknown-path-is-404',
    statement: 'A path that does not exist answers HTTP 404',
    judge(evidence) {
      const answer = evidence.of('an unknown path');
      return answer.status === 404 ? held(describeStatus(answer)) : broken(describeEnvelope(answer));
    },
  },
  {
    id: 'throttle-shapes',
    statement: 'An ordinary answer names no limit in its headers',
    judge: (evidence) => heldUnless(limitHeadersOf(ordinary(evidence)), 'new'),
  },
];
