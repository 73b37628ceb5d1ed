import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PacketPath } from './packet-path.ts';
import type { PacketOrder } from './packet-path-worker.ts';

/** Opens a way to the server of a URL, in a thread of its own. */
export async function startPacketPath(target: string): Promise<PacketPath> {
  const worker = new Worker(new URL('./packet-path-worker.ts', import.meta.url), { workerData: target });
  const [url] = (await once(worker, 'message')) as [string];
  const order = (what: PacketOrder): void => worker.postMessage(what);
  return {
    url,
    lose: () => order({ lose: true }),
    heal: (how) => order({ heal: how }),
    async close() {
      const exited = once(worker, 'exit');
      order({ close: true });
      await exited;
    },
  };
}
