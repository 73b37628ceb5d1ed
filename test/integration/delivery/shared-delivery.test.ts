import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { createFlood } from '../../support/flood.ts';
import { bootGateway } from '../../support/gateway.ts';
import { openEvents } from '../../support/sse-client.ts';

const FOLLOW = `subscription ($id: ID) {
  event: deploymentEvents(deploymentId: $id) { id rawStatus deployment { id status } }
}`;
/** The same with another text. */
const FOLLOW_IDS = 'subscription ($id: ID) { event: deploymentEvents(deploymentId: $id) { id } }';

interface EventPush {
  event: { id: string; rawStatus?: string };
}

async function idsOf(client: GraphQLClient, deploymentId: string): Promise<string[]> {
  const { log } = await client.ask<{ log: { nodes: { id: string }[] } }>(
    'query ($id: ID) { log: deploymentEvents(deploymentId: $id) { nodes { id } } }',
    { id: deploymentId },
  );
  return log.nodes.map(({ id }) => id);
}

test('two owners of one upstream account, sockets and streams: each gets its own events, each once', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const bob = await gateway.signUp('bob@example.com');
  await bob.saveCredential(seededAccount);
  const id = await ada.deploy(await ada.createTask());
  const other = await ada.deploy(await ada.createTask());

  await using started = new AsyncDisposableStack();
  const follow = (client: GraphQLClient, query: string, deploymentId: string | null) =>
    started.use(client.subscribe<EventPush>(query, { id: deploymentId }));
  const ofAda = [follow(ada, FOLLOW, id), follow(ada, FOLLOW, id), follow(ada, FOLLOW_IDS, id)];
  const ofBob = [follow(bob, FOLLOW, id), follow(bob, FOLLOW, id)];
  const whole = follow(ada, FOLLOW, null);
  const ofOther = follow(ada, FOLLOW, other);
  const token = ada.tokens.accessToken;
  const streams = [
    started.use(await openEvents(`${gateway.url}/v1/deployments/${id}/events`, token)),
    started.use(
      await openEvents(`${gateway.url}/graphql/stream`, token, {
        body: { query: FOLLOW, variables: { id } },
      }),
    ),
  ];
  // The first event is the newest one there is.
  await Promise.all([...ofAda, ...ofBob, ofOther].map((stream) => stream.next()));
  await Promise.all(
    [whole.next(), whole.next(), ...streams.map((stream) => stream.next())].map((one) => one),
  );
  expect(await idsOf(bob, id)).toHaveLength(1);

  const floods = { ada: await createFlood(gateway, ada, id), bob: await createFlood(gateway, bob, id) };
  const others = await createFlood(gateway, ada, other);
  for (const word of ['one', 'two', 'three']) {
    await floods.ada(1, `ada ${word}`);
    await floods.bob(1, `bob ${word}`);
    await others(1, `other ${word}`);
  }

  const taken = (stream: { next(): Promise<EventPush> }, count: number) =>
    Promise.all(Array.from({ length: count }, async () => (await stream.next()).event));
  const adas = (await idsOf(ada, id)).slice(1);
  const bobs = (await idsOf(bob, id)).slice(1);
  const wordsOf = (name: string): string[] => ['one', 'two', 'three'].map((word) => `${name} ${word}`);
  for (const stream of ofAda) expect((await taken(stream, 3)).map((event) => event.id)).toEqual(adas);
  for (const stream of ofBob) expect((await taken(stream, 3)).map((event) => event.id)).toEqual(bobs);
  // Numbers of events are per owner, so the two may have one in common.
  expect([adas.length, bobs.length]).toEqual([3, 3]);
  expect((await taken(ofOther, 3)).map(({ rawStatus }) => rawStatus)).toEqual(wordsOf('other'));
  const all = (await taken(whole, 6)).map(({ rawStatus }) => rawStatus);
  expect(all).toEqual(['one', 'two', 'three'].flatMap((word) => [`ada ${word}`, `other ${word}`]));
  for (const stream of streams) {
    for (const expected of adas) {
      const { json } = await stream.next<{ id?: string; data?: EventPush }>();
      expect(json.id ?? json.data?.event.id).toBe(expected);
    }
  }

  // One who has signed out gets nothing more; the others do.
  const guest = await gateway.signUp('eve@example.com');
  await guest.signIn('ada@example.com');
  await using leaving = guest.subscribe<EventPush>(FOLLOW, { id });
  await leaving.next();
  await guest.post('/v1/auth/logout', {});
  await floods.ada(1, 'ada after');
  expect((await taken(ofAda[0] as (typeof ofAda)[0], 1))[0]?.rawStatus).toBe('ada after');
  const left = await leaving.rest().catch(() => []);
  expect(left.map(({ event }) => event.rawStatus)).not.toContain('ada after');
});
