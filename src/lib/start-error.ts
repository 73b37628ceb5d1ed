/** A mistake outside the program that stops its start. `message` is one line: the cause, and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Host and port of a URL, without user and password, for messages. */
export function addressOf(url: string, defaultPort: number): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || defaultPort}`;
}
