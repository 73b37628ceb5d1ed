/**
 * What the replicas share cannot be reached, or does not work, right now. Whoever shares something goes on with its own
 * part of it.
 */
export class SharedUnavailable extends Error {
  override readonly name: string = 'SharedUnavailable';
}
