/** Close codes of WebSockets (RFC 6455, section 7.4.1), and those of the gateway (PROTOCOL.md, Sockets). */
const KNOWN = new Set([
  ...[1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013],
  ...[4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500],
]);

/** The code as a label of metrics. Clients may close with any code, so the others have one label together. */
export function toCloseLabel(code: number): string {
  return KNOWN.has(code) ? String(code) : 'other';
}
