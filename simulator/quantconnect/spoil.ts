import type { Fault } from '../faults.ts';
import { withStatus } from '../rewrite.ts';
import type { Answer, UpstreamRequest } from '../upstream.ts';
import { readCredentials, refuseCredentials } from './auth.ts';
import { NO_SPARE_NODES } from './deployments.ts';

/** An application error (docs/upstream/quantconnect.md, Envelope). */
export function refusal(message: string): Answer {
  return { status: 200, json: { success: false, errors: [message] } };
}

/** Applies the faults of QuantConnect alone; every other fault is about the transport. */
export function spoilInOwnWords(
  fault: Fault,
  request: UpstreamRequest,
  performed: Answer | undefined,
): Answer | undefined {
  const json = performed?.json ?? {};
  switch (fault.kind) {
    case 'throttleText':
      return refusal(`Too many ${resourceOf(request.path)} requests; please slow down.`);
    case 'capacity':
      return refusal(NO_SPARE_NODES);
    case 'refusal':
      return refusal(fault.message);
    case 'hash200':
      return refuseCredentials('hash200', readCredentials(request.headers));
    case 'http401':
      return refuseCredentials('http401', readCredentials(request.headers));
    case 'authHttp500':
      return refuseCredentials('http500', readCredentials(request.headers));
    case 'unknownStatus':
      return rewritten(
        performed,
        withStatus(json, () => fault.status ?? 'Hibernating'),
      );
    case 'rawStatus':
      return rewritten(
        performed,
        withStatus(json, () => fault.status),
      );
    case 'lowerCaseStatus':
      return rewritten(
        performed,
        withStatus(json, (status) => status.toLowerCase()),
      );
    case 'missingErrors':
      return rewritten(performed, without(json, 'errors'));
    case 'noSuccess':
      return rewritten(performed, without(json, 'success'));
    case 'omitDeployment':
      return rewritten(performed, without(json, 'deployment'));
    default:
      return undefined;
  }
}

function rewritten(performed: Answer | undefined, json: Record<string, unknown>): Answer {
  // An answer that is not JSON, such as a refused credential, has nothing to rewrite.
  return performed && !performed.json ? performed : { ...performed, status: performed?.status ?? 200, json };
}

/** The object that a path is about, for messages: `deployment` for `/agents/deployments/create`. */
function resourceOf(path: string): string {
  return (path.split('/').at(-2) || path.split('/').at(-1) || 'API').replace(/s$/, '');
}

function without(json: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([name]) => name !== key));
}
