import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { Client as UrqlClient } from '@urql/core';
import { afterEach, expect, test } from 'vitest';
import { pipe, subscribe } from 'wonka';
import { createApolloLink } from '../../../packages/client/src/adapters/apollo.ts';
import { createUrqlExchange } from '../../../packages/client/src/adapters/urql.ts';
import { createClient, type QuantgateClient } from '../../../packages/client/src/index.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

const FOLLOW = gql`
  subscription ($id: ID!, $from: ID) {
    followed: deploymentEvents(deploymentId: $id, after: $from) {
      id
      type
    }
  }
`;
const VIEWER = gql`
  {
    viewer {
      email
    }
  }
`;

interface Followed {
  followed: { id: string; type: string };
}

const open: QuantgateClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

/** A client that is signed in through a proxy, and a deployment of its user that does not end. */
async function begin(gateway: Gateway, proxy: TcpProxy) {
  const ada = await gateway.signUpWithCredential(ADA.email);
  const id = await ada.deploy(await ada.createTask());
  const client = createClient({ url: proxy.url, auth: { kind: 'token' }, environment: { random: () => 0 } });
  open.push(client);
  await client.session.signIn(ADA);
  const prompt = () =>
    ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "More") { id } }', { id });
  const log = async () => {
    const answer = await ada.ask<{ log: { nodes: { id: string }[] } }>(
      'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { id } } }',
      { id },
    );
    return answer.log.nodes.map((event) => event.id);
  };
  return { client, id, prompt, log };
}

/** Follows by a library; the connection is cut after event 2, and two more events happen before and after it is back. */
async function followOverCut(
  follow: (client: QuantgateClient, id: string, next: (data: Followed) => void) => () => void,
): Promise<void> {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, queueMs: 100 } } });
  await using proxy = await tcpProxy(gateway.url);
  const { client, id, prompt, log } = await begin(gateway, proxy);
  const seen: string[] = [];
  const stop = follow(client, id, ({ followed }) => seen.push(followed.id));
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(2);

  await proxy.goAway();
  await prompt();
  await proxy.comeBack();
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(2);
  await prompt();

  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(3);
  expect(seen).toEqual(await log());
  stop();
}

test('Apollo Client over a connection that is cut after event 2: it sees every event once and in order', () =>
  followOverCut((client, id, next) => {
    const apollo = new ApolloClient({ link: createApolloLink(client), cache: new InMemoryCache() });
    const events = apollo.subscribe<Followed>({ query: FOLLOW, variables: { id, from: '0' } });
    const subscription = events.subscribe(({ data }) => data && next(data));
    return () => {
      subscription.unsubscribe();
      apollo.stop();
    };
  }));

test('urql over a connection that is cut after event 2: it sees every event once and in order', () =>
  followOverCut((client, id, next) => {
    const urql = new UrqlClient({ url: 'unused', exchanges: [createUrqlExchange(client)] });
    const { unsubscribe } = pipe(
      urql.subscription<Followed>(FOLLOW, { id, from: '0' }),
      subscribe(({ data }) => data && next(data)),
    );
    return unsubscribe;
  }));

test('queries and mistakes go through the link and the exchange', async () => {
  await using gateway = await bootGateway();
  await using proxy = await tcpProxy(gateway.url);
  const { client } = await begin(gateway, proxy);
  const apollo = new ApolloClient({ link: createApolloLink(client), cache: new InMemoryCache() });
  const urql = new UrqlClient({ url: 'unused', exchanges: [createUrqlExchange(client)] });
  const missing = gql`
    subscription {
      deploymentEvents(deploymentId: "A-none") {
        id
      }
    }
  `;

  expect((await apollo.query<{ viewer: object }>({ query: VIEWER })).data?.viewer).toMatchObject({
    email: ADA.email,
  });
  expect((await urql.query(VIEWER, {}).toPromise()).data).toMatchObject({ viewer: { email: ADA.email } });
  const refused = new Promise((resolve) => {
    apollo.subscribe({ query: missing }).subscribe({ next: ({ error }) => resolve(error), error: resolve });
  });
  expect(await refused).toMatchObject({ code: 'NOT_FOUND' });
  expect((await urql.subscription(missing, {}).toPromise()).error?.networkError).toMatchObject({
    code: 'NOT_FOUND',
  });
  apollo.stop();
});
