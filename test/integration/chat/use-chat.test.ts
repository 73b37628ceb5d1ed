import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport, type UIMessage } from 'ai';
import { expect, test } from 'vitest';
import { openChat, restOf } from '../../support/chat.ts';
import { bootGateway } from '../../support/gateway.ts';

test('the chat behind useChat sends, is cut, resumes, and ends with what the conversation shows', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const { url: api, token, join, messages } = openChat(gateway.url, ada, id);
  await using first = await join();
  await restOf(first);
  gateway.simulator.control.scriptDeployment(id, { queueMs: 0, stepMs: 300, steps: 3 });
  const transport = new DefaultChatTransport<UIMessage>({
    api,
    headers: { authorization: `Bearer ${token}` },
    prepareSendMessagesRequest: ({ messages }) => ({ body: { messages: messages.slice(-1) } }),
    prepareReconnectToStreamRequest: () => ({ api: `${api}/stream` }),
  });
  const chat = new Chat<UIMessage>({ id, messages: await messages(), transport });

  const sent = chat.sendMessage({ text: 'Test with ROC(30)' });
  await expect.poll(() => chat.status).toBe('streaming');
  await chat.stop();
  await sent;
  await chat.resumeStream();

  expect(chat.status).toBe('ready');
  const shown = JSON.parse(JSON.stringify(chat.messages.at(-1)));
  expect(shown).toEqual((await messages()).at(-1));
  expect(chat.messages).toHaveLength(4);
});
