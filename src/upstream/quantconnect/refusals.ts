import { isGatewayError, notFound } from '../../errors.ts';
import { UpstreamFailure } from '../failure.ts';

/**
 * What a refusal means for each kind of operation. The upstream's messages are not reliable
 * (docs/upstream/quantconnect.md, Envelope), so a refusal is interpreted by what was asked, and by reading the
 * object if necessary.
 */

/** The object that a change is about. */
export interface Target<T> {
  /** What its id names: `Agent`. */
  what: string;
  read: () => Promise<T>;
}

/**
 * Reads an object by its id.
 * @throws NOT_FOUND when the upstream refuses: for this caller the object does not exist
 */
export async function readOrNotFound<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw isGatewayError(error, 'UPSTREAM_REJECTED') ? notFound(what) : error;
  }
}

/**
 * Changes an existing object. If the upstream refuses, the object is read to find out why.
 * @throws NOT_FOUND when the object does not exist, otherwise UPSTREAM_REJECTED as it came
 */
export async function changeExisting<T, R>(target: Target<T>, change: () => Promise<R>): Promise<R> {
  try {
    return await change();
  } catch (error) {
    if (isGatewayError(error, 'UPSTREAM_REJECTED') && (await find(target)).state === 'gone')
      throw notFound(target.what);
    throw error;
  }
}

/**
 * Deletes or stops an existing object; the request may be sent again. If the upstream refuses after an attempt
 * whose answer was lost, the operation counts as done when the object is gone (docs/upstream/quantconnect.md,
 * Sending again) or `isDone` says so.
 * @throws as `changeExisting`
 */
export async function removeExisting<T>(
  target: Target<T>,
  remove: () => Promise<void>,
  isDone: (current: T) => boolean = () => false,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    const found = await find(target);
    const afterLoss = error instanceof UpstreamFailure && error.facts.afterLoss === true;
    const wasDone = found.state === 'gone' || (found.state === 'exists' && isDone(found.current));
    if (afterLoss && wasDone) return;
    throw found.state === 'gone' ? notFound(target.what) : error;
  }
}

/** `unknown`: the read failed too. */
type Found<T> = { state: 'exists'; current: T } | { state: 'gone' } | { state: 'unknown' };

async function find<T>({ read }: Target<T>): Promise<Found<T>> {
  try {
    return { state: 'exists', current: await read() };
  } catch (error) {
    // The caller gets the refusal of the change, so the reason why this read failed is not needed.
    return { state: isGatewayError(error, 'NOT_FOUND') ? 'gone' : 'unknown' };
  }
}

/**
 * Interprets the answer to a check of the credential. A plain 500 that outlasts the retries counts as a refusal,
 * as in lean-cli, because nothing but the credential was asked (docs/upstream/quantconnect.md, Refused signatures).
 * It does not while `suspectsOutage`, because an outage must not mark a credential rejected. 502, 503, 504 and
 * broken connections never count as a refusal.
 * @throws CREDENTIAL_REJECTED when the credential is refused
 */
export async function checkCredential(
  authenticate: () => Promise<void>,
  suspectsOutage: () => boolean,
): Promise<void> {
  try {
    await authenticate();
  } catch (error) {
    const isPlain500 =
      error instanceof UpstreamFailure && error.facts.status === 500 && error.code === 'UPSTREAM_UNAVAILABLE';
    if (!isPlain500 || suspectsOutage()) throw error;
    throw new UpstreamFailure('CREDENTIAL_REJECTED', {
      ...error.facts,
      mayHaveActed: false,
      again: 'never',
    });
  }
}
