import { createSingleFlight } from '../../lib/single-flight.ts';
import type { Policy, UpstreamCall } from './call.ts';

function flightKey(priority: UpstreamCall['priority'], key: string): string {
  return `${priority} ${key}`;
}

/**
 * Equal reads of one credential in flight become one. Never across credentials: that would be a leak.
 * A poll joins a caller's read, but not the other way: the caller would wait in the poller's priority. Once
 * something of the credential has changed, nobody joins a read begun before, so that everyone reads what
 * they wrote.
 */
export function dedupeReads(): Policy {
  const flights = createSingleFlight();

  return async (call, pass, next) => {
    const { credentialId, key, priority } = call;
    if (call.repeat !== 'read') {
      return next(pass).finally(() => flights.forget(credentialId));
    }
    const interactive = flightKey('interactive', key);
    const joined = flights.has(credentialId, interactive) ? interactive : flightKey(priority, key);
    return flights.run(credentialId, joined, (signal) => next({ ...pass, signal }), pass.signal);
  };
}
