import { parentPort, workerData } from 'node:worker_threads';
import { openPacketPath } from './packet-path.ts';

/** What the worker is told to do with its path. */
export type PacketOrder = { lose: true } | { heal: 'late' | 'reset' } | { close: true };

// A thread of its own: the replica's packets do not wait for the clients that this process runs.
const path = await openPacketPath(workerData as string);
parentPort?.postMessage(path.url);
parentPort?.on('message', (order: PacketOrder) => {
  if ('lose' in order) path.lose();
  else if ('heal' in order) path.heal(order.heal);
  else void path.close().then(() => parentPort?.close());
});
