import type { UpstreamAllowance } from '../../viewer.ts';
import type { Connections } from './connections.ts';

/** Counts the calls upstream of viewers that have an allowance, each before it is made. */
export function countCalls<Client extends object>(connections: Connections<Client>): Connections<Client> {
  return {
    async open(viewer, credentialId) {
      const connection = await connections.open(viewer, credentialId);
      const { upstreamCalls } = viewer;
      if (upstreamCalls === undefined) return connection;
      return {
        ...connection,
        call: (work) => connection.call((client) => work(counted(client, upstreamCalls))),
      };
    },
  };
}

/** The client whose operations are counted. Their names say whether they read. */
function counted<Client extends object>(client: Client, calls: UpstreamAllowance): Client {
  return new Proxy(client, {
    get(target, name) {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return async (...args: unknown[]): Promise<unknown> => {
        calls.take(!/^(list|read|authenticate)/.test(String(name)));
        return operation.apply(target, args);
      };
    },
  });
}
