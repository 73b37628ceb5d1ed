import { ApolloLink } from '@apollo/client/link';
import { print } from '@apollo/client/utilities';
import { Observable } from 'rxjs';
import type { QuantgateClient } from '../client.ts';
import { observe } from './observe.ts';

/**
 * The last link of an Apollo Client 4: it sends everything by this client, with its session, its retries and its one socket.
 * Subscriptions go on behind the last event after a broken connection, if their document has a variable for `after` and
 * selects `id` or `cursor`. Errors are `QuantgateError`s.
 */
export function createApolloLink(client: QuantgateClient): ApolloLink {
  return new ApolloLink(
    ({ query, variables, operationType }) =>
      new Observable((observer) =>
        observe(
          client,
          { query: print(query), variables, isSubscription: operationType === 'subscription' },
          observer,
        ),
      ),
  );
}
