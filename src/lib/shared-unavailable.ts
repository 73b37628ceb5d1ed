/** Thrown when a resource shared by the replicas is unavailable. Callers go on with the state of their own process. */
export class SharedUnavailable extends Error {
  override readonly name: string = 'SharedUnavailable';
}
