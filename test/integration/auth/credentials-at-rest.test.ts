import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

/** A secret as it might lie about. */
function shapesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((shift) =>
    // Base64 of text inside other text depends on where it begins; its middle is the same for each of three places.
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [
    secret,
    bytes.toString('hex'),
    bytes.toString('utf16le'),
    [...secret].reverse().join(''),
    ...base64,
  ];
}

/** Every file of the gateway's data, the write-ahead log included. */
async function dataOf(folder: string): Promise<string> {
  const names = await readdir(folder);
  expect(names).toContain('quantgate.db-wal');
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('\n');
}

async function everyAnswer(ada: GraphQLClient): Promise<string> {
  const credential = '{ id provider label account organizationId tokenHint status isDefault createdAt }';
  const { data } = await ada.graphql<{ viewer: { credentials: { id: string }[] } }>(
    `{ viewer { credentials ${credential} } }`,
  );
  const answers: unknown[] = [data, await ada.graphql('{ agents { id } tasks { id } }')];
  for (const { id } of data?.viewer.credentials ?? []) {
    answers.push(
      await ada.graphql(`mutation ($id: ID!) { verifyCredential(id: $id) ${credential} }`, { id }),
      await ada.graphql(
        `mutation ($id: ID!) { updateCredential(id: $id, input: { label: "x" }) ${credential} }`,
        { id },
      ),
      await (await ada.request(`/v1/credentials/${id}`)).text(),
    );
  }
  return JSON.stringify(answers);
}

test('a stored token is in no file of the data folder, no answer and no log', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const answers = await everyAnswer(ada);

  const places = { data: await dataOf(gateway.config.dataDir), answers, log: gateway.logLines.join('\n') };

  // The search itself works: what lies about openly is found.
  expect(places.data).toContain('ada@example.com');
  expect(places.answers.match(/VERIFIED/g)).toHaveLength(8);
  for (const shape of [seededAccount.apiToken, seededQuantCdnToken.token].flatMap(shapesOf)) {
    for (const [place, text] of Object.entries(places)) {
      expect(text.includes(shape), `${shape} in ${place}`).toBe(false);
    }
  }
});

test('a sealed token that was moved to another user does not open', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const bob = await gateway.signUpWithCredential('bob@example.com');
  const { db } = gateway.deps.store;
  const [first, second] = await db.selectFrom('credentials').selectAll().orderBy('createdAt').execute();
  for (const [row, other] of [
    [first, second],
    [second, first],
  ]) {
    await db
      .updateTable('credentials')
      .set({ sealed: other?.sealed ?? '' })
      .where('id', '=', row?.id ?? '')
      .execute();
  }
  gateway.simulator.calls.reset();

  for (const user of [ada, bob]) {
    const { errors } = await user.graphql('{ agents { id } }');
    expect(errors?.[0]?.extensions.code).toBe('INTERNAL');
  }
  expect(gateway.simulator.calls.count()).toBe(0);
});
