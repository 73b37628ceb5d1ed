import type { QuantgateClient } from '@quantgate/client';
import { createContext, type ReactNode, useContext, useState } from 'react';
import type { LiveStore } from './live-store.ts';

/** The client, and the live values that the components below share. */
interface Shared {
  client: QuantgateClient;
  stores: Map<string, LiveStore<unknown>>;
}

const Context = createContext<Shared | undefined>(undefined);

/** Gives the components below a client. Another client, or another user, needs another provider: set its `key`. */
export function QuantgateProvider({
  client,
  children,
}: {
  client: QuantgateClient;
  children: ReactNode;
}): ReactNode {
  const [shared] = useState<Shared>(() => ({ client, stores: new Map() }));
  return <Context value={shared}>{children}</Context>;
}

function useShared(): Shared {
  const shared = useContext(Context);
  if (shared === undefined) throw new Error('There is no QuantgateProvider above this component');
  return shared;
}

/** The client of the provider. */
export function useClient(): QuantgateClient {
  return useShared().client;
}

/** The live value of a key; it is made by the first component that asks for it. */
export function useStore<Value>(
  key: string,
  make: (client: QuantgateClient) => LiveStore<Value>,
): LiveStore<Value> {
  const { client, stores } = useShared();
  let store = stores.get(key);
  if (store === undefined) {
    store = make(client) as LiveStore<unknown>;
    stores.set(key, store);
  }
  return store as LiveStore<Value>;
}
