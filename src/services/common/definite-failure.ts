import { GatewayError, isGatewayError } from '../../errors.ts';

/**
 * Runs work that changes nothing upstream, as part of a call with an idempotency key. A lost answer to such work leaves
 * no outcome to look for, so its failures are thrown without the facts that mark a failure as ambiguous
 * (`isAmbiguous` in upstream/failure.ts), and the key stays free for another try.
 */
export async function asDefiniteFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    throw new GatewayError(error.code, error.message, error.details, error);
  }
}
