import { type Exchange, subscriptionExchange } from '@urql/core';
import type { QuantgateClient } from '../client.ts';
import { observe } from './observe.ts';

/**
 * The last exchange of an urql client, instead of its `fetchExchange`: it sends everything by this client, with its session,
 * its retries and its one socket. Subscriptions go on behind the last event after a broken connection, if their document has
 * a variable for `after` and selects `id` or `cursor`. `networkError` is the `QuantgateError`.
 */
export function createUrqlExchange(client: QuantgateClient): Exchange {
  return subscriptionExchange({
    enableAllOperations: true,
    forwardSubscription: ({ query = '', variables = {} }, { kind }) => ({
      subscribe: (observer) =>
        observe(client, { query, variables, isSubscription: kind === 'subscription' }, observer),
    }),
  });
}
