import type { GraphQLClient } from './client.ts';
import type { Stream } from './stream.ts';

/** Follows the messages of a deployment. */
export function openMessages(user: GraphQLClient, id: string): Stream<{ message: { index: number } }> {
  return user.subscribe(
    'subscription ($id: ID!) { message: conversationMessages(deploymentId: $id) { index } }',
    { id },
  );
}
