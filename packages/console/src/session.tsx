import { createClient, isPassing, type QuantgateClient } from '@quantgate/client';
import { QuantgateProvider } from '@quantgate/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { gatewayPath } from './page-facts.ts';

/** Tells the other tabs of this browser that somebody has signed in or out: they share the cookies. */
const CHANNEL = 'quantgate session';

/** Everything that belongs to one user of this page. Another user gets another. */
interface Holder {
  key: number;
  client: QuantgateClient;
  queries: QueryClient;
}

function createHolder(key: number): Holder {
  return {
    key,
    client: createClient({ url: gatewayPath }),
    queries: new QueryClient({
      defaultOptions: {
        queries: { retry: (count, error) => count < 3 && isPassing(error), staleTime: 5_000 },
      },
    }),
  };
}

function userOf({ client }: Holder): string | undefined {
  const state = client.session.state();
  return state.status === 'SIGNED_IN' ? (state.user?.id ?? '') : undefined;
}

/**
 * Gives the page a client of the gateway and a cache of queries. When the user signs out, or another tab signs in as somebody
 * else, both are thrown away with everything that components hold, so that nothing of one user is shown to the next.
 */
export function SessionBoundary({ children }: { children: ReactNode }): ReactNode {
  const [holder, setHolder] = useState(() => createHolder(0));

  useEffect(() => {
    const { session } = holder.client;
    const channel = new BroadcastChannel(CHANNEL);
    let known = userOf(holder);
    let isToldByOther = false;
    const stop = session.subscribe(() => {
      const user = userOf(holder);
      if (user === known && session.state().status !== 'SIGNED_OUT') return;
      const before = known;
      known = user;
      if (user !== before && !isToldByOther) channel.postMessage('changed');
      if (before === undefined) return;
      holder.client.close();
      holder.queries.clear();
      setHolder(createHolder(holder.key + 1));
    });
    channel.onmessage = () => {
      isToldByOther = true;
      // An outage leaves the state as it is; every request asks again.
      session
        .restore()
        .catch(() => undefined)
        .finally(() => {
          isToldByOther = false;
        });
    };
    return () => {
      stop();
      channel.close();
    };
  }, [holder]);

  return (
    <QuantgateProvider key={holder.key} client={holder.client}>
      <QueryClientProvider client={holder.queries}>{children}</QueryClientProvider>
    </QuantgateProvider>
  );
}
