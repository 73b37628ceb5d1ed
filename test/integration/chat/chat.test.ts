import { expect, test } from 'vitest';
import { assemble, type ChatEvent, openChat, restOf } from '../../support/chat.ts';
import { bootGateway, type GatewayOptions } from '../../support/gateway.ts';
import { answerOf } from '../../support/sse-client.ts';

/** A user with a deployment that has ended, and one that runs for a while from its next prompt on. */
async function bootChat(options: GatewayOptions = {}) {
  const gateway = await bootGateway({ simulator: { pace: 'instant' }, ...options });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const chat = openChat(gateway.url, ada, id);
  await using first = await chat.join();
  await restOf(first);
  gateway.simulator.control.scriptDeployment(id, { queueMs: 0, stepMs: 200, steps: 3, stopMs: 0 });
  return { gateway, ada, id, chat, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

const typesOf = (events: readonly ChatEvent[]) => events.map(({ chunk }) => chunk?.type ?? '[DONE]');

test('the stream of a prompt ends equal to the chat, whatever else was said', async () => {
  await using running = await bootChat();
  const { chat } = running;

  await using stream = await chat.send('one', 'Test with ROC(30)');
  const events = await restOf(stream);

  expect(stream.status).toBe(200);
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-vercel-ai-ui-message-stream': 'v1',
  });
  expect(typesOf(events).slice(-2)).toEqual(['finish', '[DONE]']);
  expect(typesOf(events)[0]).toBe('start');
  const messages = await chat.messages();
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  expect(await assemble(events)).toEqual(messages[3]);
  expect((await chat.join()).status).toBe(204);
});

test('a stream that was cut anywhere and is resumed misses nothing and repeats nothing', async () => {
  await using running = await bootChat();
  const { chat } = running;
  await using stream = await chat.send('one', 'Test with ROC(30)');
  const got: ChatEvent[] = [];
  let lastId: string | undefined;
  for (const count of [1, 2, 5, 3, 8, 1, 13]) {
    await using part = await chat.join(lastId);
    // What came after the last id is told again.
    const open: ChatEvent[] = [];
    for (let seen = '', taken = 0; part.status === 200 && taken < count; taken += 1) {
      const { lastEventId, json } = await part.next<{ type: string }>();
      if (json.type === 'finish') break;
      open.push({ id: lastEventId, chunk: json as never });
      if (lastEventId === seen) continue;
      seen = lastEventId;
      lastId = lastEventId;
      got.push(...open.splice(0));
    }
  }
  await using rest = await chat.join(lastId);
  if (rest.status === 200) got.push(...(await restOf(rest)));
  await restOf(stream);

  expect(await assemble(got)).toEqual((await chat.messages()).at(-1));
});

test('a message that is sent again is not prompted again, and is answered from its beginning', async () => {
  await using running = await bootChat();
  const { chat } = running;
  await using one = await chat.send('one', 'Test with ROC(30)');
  await one.next();
  one.close();

  await using again = await chat.send('one', 'Test with ROC(30)');
  const events = await restOf(again);
  await using late = await chat.send('one', 'Test with ROC(30)');

  expect(await assemble(events)).toEqual((await chat.messages()).at(-1));
  expect(await assemble(await restOf(late))).toEqual((await chat.messages()).at(-1));
  expect(await chat.texts()).toEqual(['Buy and hold SPY', 'Test with ROC(30)']);
});

test('of two at once, one wins, and the other is a conflict', async () => {
  await using running = await bootChat();
  const { chat } = running;
  const both = await Promise.all([chat.send('one', 'First'), chat.send('two', 'Second')]);

  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  for (const stream of both) stream.close();
  expect(await chat.texts()).toHaveLength(2);
});

test('queued prompts are sent in their order, each once, when the run has ended', async () => {
  await using running = await bootChat();
  const { chat } = running;
  await using one = await chat.send('one', 'First');
  await using two = await chat.send('two', 'Second', '?onBusy=enqueue');
  await using three = await chat.send('three', 'Third', '?onBusy=enqueue');

  const streams = [await restOf(one), await restOf(two), await restOf(three)];

  expect(await chat.texts()).toEqual(['Buy and hold SPY', 'First', 'Second', 'Third']);
  const answers = (await chat.messages()).filter(({ role }) => role === 'assistant').slice(1);
  expect(await Promise.all(streams.map(assemble))).toEqual(answers);
});

test('a prompt that was refused and is sent again while the agent works waits with its text', async () => {
  await using running = await bootChat();
  const { chat, gateway, id } = running;
  const { control, faults } = gateway.simulator;
  faults.add({ kind: 'refusal', message: 'No.', match: { path: '/prompt' } });
  expect((await chat.send('one', 'First')).status).toBe(422);
  control.scriptDeployment(id, { endless: true });
  await using two = await chat.send('two', 'Second');
  await two.next();
  await using one = await chat.send('one', 'First', '?onBusy=enqueue');
  control.scriptDeployment(id, { endless: false });

  expect(await assemble(await restOf(one))).toEqual((await chat.messages()).at(-1));
  expect(await chat.texts()).toEqual(['Buy and hold SPY', 'Second', 'First']);
});

test('a stop ends the stream with an abort, and cancels what waits', async () => {
  await using running = await bootChat();
  const { chat, gateway, ada, id } = running;
  gateway.simulator.control.scriptDeployment(id, { stepMs: 60_000 });
  await using one = await chat.send('one', 'First');
  await one.next();
  await using two = await chat.send('two', 'Second', '?onBusy=enqueue');
  await ada.ask('mutation ($id: ID!) { stopDeployment(id: $id) { id } }', { id });

  expect(typesOf(await restOf(one)).slice(-2)).toEqual(['abort', '[DONE]']);
  expect(typesOf(await restOf(two))).toEqual(['abort', '[DONE]']);
  expect(await chat.texts()).toEqual(['Buy and hold SPY', 'First']);
});

test('an interrupting prompt stops the run, and is sent then', async () => {
  await using running = await bootChat();
  const { chat, gateway, id } = running;
  gateway.simulator.control.scriptDeployment(id, { stepMs: 60_000 });
  await using one = await chat.send('one', 'First');
  await one.next();
  gateway.simulator.control.scriptDeployment(id, { stepMs: 10 });
  await using two = await chat.send('two', 'Second', '?onBusy=interrupt');

  expect(typesOf(await restOf(one)).at(-1)).toBe('[DONE]');
  expect(await assemble(await restOf(two))).toEqual((await chat.messages()).at(-1));
  expect(await chat.texts()).toEqual(['Buy and hold SPY', 'First', 'Second']);
});

test('GraphQL takes the same policies, and a prompt without one is handed on', async () => {
  await using running = await bootChat();
  const { chat, ada, id } = running;
  await using one = await chat.send('one', 'First');
  await one.next();
  const prompt = (onBusy: string) =>
    ada.request(`/v1/deployments/${id}/prompts?onBusy=${onBusy}`, {
      method: 'POST',
      body: JSON.stringify({ prompt: onBusy }),
      headers: { 'content-type': 'application/json' },
    });

  expect((await prompt('reject')).status).toBe(409);
  expect((await prompt('send')).status).toBe(200);
  await ada.ask(
    'mutation ($id: ID!) { promptDeployment(id: $id, prompt: "later", onBusy: ENQUEUE) { id } }',
    {
      id,
    },
  );
  await restOf(one);
  await expect.poll(() => chat.texts()).toEqual(['Buy and hold SPY', 'First', 'send', 'later']);
});

test.each(['REST', 'GraphQL'])('of two prompts at once over %s, under reject, one wins', async (door) => {
  await using running = await bootChat();
  const { chat, ada, id } = running;
  const byRest = async (prompt: string): Promise<string> => {
    const answer = await ada.request(`/v1/deployments/${id}/prompts?onBusy=reject`, {
      ...{ method: 'POST', body: JSON.stringify({ prompt }) },
    });
    const { code = 'ok' } = (await answer.json()) as { code?: string };
    return code;
  };
  const byGraphql = async (prompt: string): Promise<string> => {
    const { errors } = await ada.graphql(
      'mutation ($id: ID!, $prompt: String!) { promptDeployment(id: $id, prompt: $prompt, onBusy: REJECT) { id } }',
      { id, prompt },
    );
    return errors?.[0]?.extensions.code ?? 'ok';
  };

  const answers = await Promise.all(['First', 'Second'].map(door === 'REST' ? byRest : byGraphql));

  expect(answers.sort()).toEqual(['CONFLICT', 'ok']);
  expect(await chat.texts()).toHaveLength(2);
});

test('what cannot be sent or resumed is refused by name', async () => {
  await using running = await bootChat();
  const { chat } = running;
  const send = (messages: unknown) => answerOf(chat.url, chat.token, { body: { messages } });

  expect(await send([])).toMatchObject({ status: 400, body: { fields: [{ path: 'messages' }] } });
  expect(await send([{ id: 'a', role: 'user', parts: [{ type: 'file' }] }])).toMatchObject({ status: 400 });
  expect(
    await answerOf(`${chat.url}/stream`, chat.token, { headers: { 'last-event-id': 'x' } }),
  ).toMatchObject({ status: 400, body: { fields: [{ path: 'last-event-id' }] } });
});

test('a watch token reads a chat, and does not write in it', async () => {
  await using running = await bootChat();
  const { chat, ada, id } = running;
  const made = await ada.request(`/v1/deployments/${id}/watch-tokens`, { method: 'POST' });
  const { token } = (await made.json()) as { token: string };
  const body = { messages: [{ id: 'one', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }] };
  const json = { headers: { accept: 'application/json' } };

  expect((await answerOf(chat.url, token, json)).body).toEqual({ messages: await chat.messages() });
  expect((await answerOf(`${chat.url}/stream`, token)).status).toBe(204);
  expect((await answerOf(chat.url, token, { body })).status).toBe(403);
});
