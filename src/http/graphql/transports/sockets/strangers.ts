import { networkOf } from '../../../../lib/net/network.ts';

/** Sockets that may be open without having introduced themselves: in all, and of one network. */
const MAX_STRANGERS = 2_000;
const MAX_STRANGERS_PER_NETWORK = 256;

/** Counts the sockets that have not sent a valid `connection_init`. Each lives a few seconds at most. */
export interface Strangers {
  /**
   * Counts a socket.
   * @param address undefined where it is not the client's own, as behind a proxy
   * @returns how to stop counting it, once; the HTTP status of the refusal when there are too many
   */
  admit(address: string | undefined): (() => void) | 429 | 503;
}

export function createStrangers(): Strangers {
  const byNetwork = new Map<string, number>();
  let all = 0;
  return {
    admit(address) {
      if (all >= MAX_STRANGERS) return 503;
      const network = address === undefined ? undefined : networkOf(address);
      const count = network === undefined ? 0 : (byNetwork.get(network) ?? 0);
      if (count >= MAX_STRANGERS_PER_NETWORK) return 429;
      all += 1;
      if (network !== undefined) byNetwork.set(network, count + 1);
      let isCounted = true;
      return () => {
        if (!isCounted) return;
        isCounted = false;
        all -= 1;
        if (network === undefined) return;
        const left = (byNetwork.get(network) ?? 1) - 1;
        if (left === 0) byNetwork.delete(network);
        else byNetwork.set(network, left);
      };
    },
  };
}
