import type { Results } from '../../execution/executor.ts';
import { jsonBytesOf } from '../../execution/shared-results.ts';

/**
 * Sends the results of a subscription as they come, as text that is written once for all its receivers. The protocol
 * library gets only what it has to do itself: results with errors, which it formats, and the end.
 * @param send sends the JSON of a result. It returns a promise while the peer does not take more, and the next result is not
 * asked for before
 */
export function pushResults(results: Results, send: (json: Buffer) => Promise<void> | undefined): Results {
  return {
    async next() {
      for (;;) {
        const item = await results.next();
        if (item.done || item.value.errors !== undefined) return item;
        const taken = send(jsonBytesOf(item.value));
        if (taken !== undefined) await taken;
      }
    },
    async return() {
      await results.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
