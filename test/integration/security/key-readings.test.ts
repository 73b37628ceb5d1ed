import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

/** What a request with a key is answered: the id of the agent, or the code and the fields of the refusal. */
type Answer = { id: string } | { code: string; fields: string[] };

interface Refusal {
  code: string;
  fields?: { path: string; message: string }[];
}

function refusalOf({ code, fields = [] }: Refusal): Answer {
  return { code, fields: fields.map(({ path, message }) => `${path} ${message}`) };
}

/** Sends a key as the bytes of a header, which `fetch` would trim and check. */
function overRest({ url, tokens }: GraphQLClient, name: string, key: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${tokens.accessToken}`,
      'idempotency-key': Buffer.from(key).toString('latin1'),
    };
    const sent = request(`${url}/v1/agents`, { method: 'POST', headers }, async (response) => {
      const body = JSON.parse(Buffer.concat(await response.toArray()).toString());
      resolve(response.statusCode === 201 ? { id: body.id } : refusalOf(body));
    });
    sent.on('error', reject).end(JSON.stringify({ name }));
  });
}

async function overGraphQL(ada: GraphQLClient, name: string, key: string): Promise<Answer> {
  const { data, errors } = await ada.graphql<{ agent: { id: string } }>(
    'mutation ($name: String!, $key: String) { agent: createAgent(input: { name: $name }, idempotencyKey: $key) { id } }',
    { name, key },
  );
  return errors?.[0] ? refusalOf(errors[0].extensions as unknown as Refusal) : { id: data?.agent.id ?? '' };
}

const doors = [overRest, overGraphQL];

test('an idempotency key means the same at both doors, with and without blanks around it', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const keys = ['once', 'a b', '"quoted"', "~!#$%&'()*+,-./:;<=>?@[]^_`{|}", 'k'.repeat(255)];
  for (const [index, key] of keys.entries()) {
    const answers: Answer[] = [];
    for (const spelling of [key, ` ${key}`, `${key}\t `, ` \t${key}  `])
      for (const send of index % 2 === 0 ? doors : doors.toReversed())
        answers.push(await send(ada, `agent ${index}`, spelling));
    expect(answers).toEqual(answers.map(() => ({ id: String(101 + index) })));
  }
  expect(gateway.simulator.control.state().agents).toHaveLength(keys.length);
});

test('a key that is not 1 to 255 characters of printable ASCII is refused at both doors', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const message = 'must have 1 to 255 characters of printable ASCII';
  for (const key of [
    '',
    ' ',
    '\t ',
    'é',
    'k\u00a0',
    '\u00a0',
    '\ufeffk',
    'k💡',
    'ｋ',
    'a\tb',
    'k'.repeat(256),
  ]) {
    expect([key, await overRest(ada, 'x', key)]).toEqual([
      key,
      { code: 'BAD_USER_INPUT', fields: [`headers.idempotency-key ${message}`] },
    ]);
    expect([key, await overGraphQL(ada, 'x', key)]).toEqual([
      key,
      { code: 'BAD_USER_INPUT', fields: [`idempotencyKey ${message}`] },
    ]);
  }
  for (const key of ['k\n', 'a\u007fb', 'a\rb'])
    expect(await overGraphQL(ada, 'x', key)).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(gateway.simulator.control.state().agents).toHaveLength(0);
});
