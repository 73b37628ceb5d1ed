/** The gateways that are measured: checkouts of the project, each with a store that already has its users. */
import { type Account, refreshed, signUp } from './accounts.ts';
import { createKeys, type Gateway, type GatewayOptions, prepareGateway, startGateway } from './gateway.ts';
import { type BenchStore, createStore, type StoreKind } from './stores.ts';

export interface Target {
  name: string;
  dir: string;
  kind: StoreKind;
  /** Starts it on a copy of its store. @param users how many of its users get a fresh access token */
  start(users: number, options: StartOptions): Promise<RunningTarget>;
  remove(): Promise<void>;
}

export type StartOptions = Pick<GatewayOptions, 'upstreamUrl' | 'env' | 'hasProbe'>;

export interface RunningTarget {
  gateway: Gateway;
  accounts: Account[];
  /** New access tokens: those of a gateway live ten minutes at most. */
  refresh(): Promise<void>;
  /** Starts it again on the same store, with the same users. */
  restart(options: StartOptions): Promise<RunningTarget>;
  /** Ends it and removes its store. */
  stop(): Promise<void>;
}

/** Makes a target, and signs its users up. */
export async function createTarget(
  name: string,
  dir: string,
  kind: StoreKind,
  { users, upstreamUrl }: { users: number; upstreamUrl: string },
): Promise<Target> {
  await prepareGateway(dir);
  const keys = createKeys();
  const template = await createStore(kind);
  const first = await startGateway({ dir, store: template, keys, upstreamUrl, isPinned: false });
  const accounts = await signUp(first.url, users);
  await first.stop();

  const run = async (store: BenchStore, known: readonly Account[], options: StartOptions) => {
    const gateway = await startGateway({ dir, store, keys, ...options });
    const running: RunningTarget = {
      gateway,
      accounts: await refreshed(gateway.url, known),
      async refresh() {
        running.accounts = await refreshed(gateway.url, running.accounts);
      },
      async restart(next) {
        await gateway.stop();
        return run(store, running.accounts, next);
      },
      async stop() {
        await gateway.stop();
        await store.remove();
      },
    };
    return running;
  };
  return {
    name,
    dir,
    kind,
    start: async (count, options) => run(await template.copy(), accounts.slice(0, count), options),
    remove: () => template.remove(),
  };
}
