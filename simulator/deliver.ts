import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { SimulatorClock } from './clock.ts';
import type { Delivery } from './spoil.ts';

/** Sends a delivery in its manner. A client that disconnects midway is not an error. */
export async function deliver(
  response: ServerResponse,
  delivery: Delivery,
  clock: SimulatorClock,
): Promise<void> {
  const { manner } = delivery;
  if (manner.kind === 'hang') return;
  if (manner.kind === 'reset') {
    // A reset instead of a normal end, so that the client sees a broken connection.
    response.socket?.resetAndDestroy();
    return;
  }
  if (manner.kind === 'slow') await pause(manner.delayMs, undefined, { ref: false });
  if (response.destroyed) return;

  response.statusCode = delivery.status;
  response.sendDate = false;
  response.setHeader('date', new Date(clock.wall() - delivery.dateAgeMs).toUTCString());
  for (const [name, value] of Object.entries(delivery.headers)) response.setHeader(name, value);

  if (typeof delivery.body !== 'string' && !Buffer.isBuffer(delivery.body)) {
    await pipeline(Readable.from(delivery.body), response).catch(() => response.destroy());
    return;
  }
  const bytes = Buffer.from(delivery.body);
  response.setHeader('content-length', bytes.length);
  if (manner.kind === 'truncate') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
    return;
  }
  if (manner.kind === 'drip') {
    for (const byte of bytes) {
      if (response.destroyed) return;
      response.write(Buffer.of(byte));
      await pause(manner.everyMs, undefined, { ref: false });
    }
    response.end();
    return;
  }
  response.end(bytes);
}
