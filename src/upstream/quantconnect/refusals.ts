import { isGatewayError, notFound } from '../../errors.ts';
import { UpstreamFailure } from '../failure.ts';

/** The object that a change is about. */
export interface Target<T> {
  /** What its id names: `Agent`. */
  what: string;
  read: () => Promise<T>;
}

/** What a look at the object found; `unknown` when looking failed too. */
type Found<T> = { is: 'there'; current: T } | { is: 'gone' } | { is: 'unknown' };

async function look<T>({ read }: Target<T>): Promise<Found<T>> {
  try {
    return { is: 'there', current: await read() };
  } catch (error) {
    // Why looking failed adds nothing: the refusal that made us look is the answer to the caller.
    return { is: isGatewayError(error, 'NOT_FOUND') ? 'gone' : 'unknown' };
  }
}

/**
 * Runs a change of an existing object. The words of a refusal may not be relied on (upstream page, section
 * 13), so when the upstream refuses, the object is read.
 * @throws NOT_FOUND when it is not there, otherwise UPSTREAM_REJECTED as it came
 */
export async function changeOf<T, R>(target: Target<T>, change: () => Promise<R>): Promise<R> {
  try {
    return await change();
  } catch (error) {
    if (isGatewayError(error, 'UPSTREAM_REJECTED') && (await look(target)).is === 'gone')
      throw notFound(target.what);
    throw error;
  }
}

/**
 * Runs a delete or stop, which may be sent again. Refused after an attempt whose answer was lost, it counts
 * as done when the object is gone (section 9), or `isDone` by its state.
 * @throws as `changeOf`
 */
export async function removalOf<T>(
  target: Target<T>,
  remove: () => Promise<void>,
  isDone: (current: T) => boolean = () => false,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isGatewayError(error, 'UPSTREAM_REJECTED')) throw error;
    const found = await look(target);
    const afterLoss = error instanceof UpstreamFailure && error.facts.afterLoss === true;
    if (afterLoss && (found.is === 'gone' || (found.is === 'there' && isDone(found.current)))) return;
    throw found.is === 'gone' ? notFound(target.what) : error;
  }
}
