import { connect } from 'node:net';

/** The answer over a TCP connection until it was closed. */
export interface RawAnswer {
  text: string;
  /** From connecting to the end. */
  elapsedMs: number;
}

/**
 * Sends bytes as they are, then one `drip` every `dripEveryMs` if given, and waits for the peer to hang up.
 * For requests that no HTTP client sends.
 */
export function sendRaw(
  port: number,
  bytes: string,
  drip?: { bytes: string; everyMs: number },
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const timer = drip && setInterval(() => socket.write(drip.bytes), drip.everyMs);
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    // A reset after the answer is accepted: only the text is checked.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ text, elapsedMs: performance.now() - startedAt });
    });
  });
}

/** The JSON body of a raw HTTP answer. */
export function bodyOf({ text }: RawAnswer): unknown {
  return JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
}
