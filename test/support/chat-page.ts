import type { UIMessage } from 'ai';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Simulator } from '../../simulator/index.ts';
import type { Profile } from './browser.ts';
import { openChat, restOf } from './chat.ts';
import type { GraphQLClient } from './client.ts';
import { openSignedIn } from './guide-page.ts';

/** A deployment of the user that has ended, shown by `useChat` in a page of the guide; its next runs take their time. */
export async function showChat(
  profile: Profile,
  origin: string,
  html: string,
  ada: GraphQLClient,
  simulator: Simulator,
) {
  const id = await ada.deploy(await ada.createTask());
  await using first = await openChat(ada.url, ada, id).join();
  await restOf(first);
  simulator.control.scriptDeployment(id, { queueMs: 0, stepMs: 200, steps: 20, messages: 4, stopMs: 0 });
  const page = await openSignedIn(profile, origin, html);
  await page.evaluate(`showChat(${JSON.stringify(id)})`);
  return { id, page };
}

export async function send(page: Page, text: string): Promise<void> {
  await page.fill('[name=text]', text);
  await page.getByRole('button', { name: 'Send' }).click();
}

export const shown = (page: Page): Promise<UIMessage[]> =>
  page.evaluate('JSON.parse(JSON.stringify(chat.messages))');

export async function statusOf(ada: GraphQLClient, id: string): Promise<string> {
  const { deployment } = await ada.ask<{ deployment: { status: string } }>(
    'query ($id: ID!) { deployment(id: $id) { status } }',
    { id },
  );
  return deployment.status;
}

interface Said {
  role: string;
  parts: { type: string; text?: string }[];
}

/** The texts after the last message of the user. */
function answerIn(messages: readonly Said[]): (string | undefined)[] {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  return messages
    .slice(asked + 1)
    .flatMap(({ parts }) => parts.filter(({ type }) => type === 'text').map(({ text }) => text));
}

/** Waits until the page shows what the conversation says, and nothing is under way. */
export async function expectWhole(page: Page, ada: GraphQLClient, id: string): Promise<void> {
  await expect.poll(() => statusOf(ada, id), { timeout: 30_000 }).toBe('COMPLETED');
  const messages = await openChat(ada.url, ada, id).messages();
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  await expect.poll(() => shown(page), { timeout: 30_000 }).toEqual(messages);
  await expect.poll(() => page.locator('output').textContent()).toBe('ready');

  const { deployment } = await ada.ask<{ deployment: { conversation: { messages: Said[] } } }>(
    'query ($id: ID!) { deployment(id: $id) { conversation { messages { role parts { type ... on TextPart { text } } } } } }',
    { id },
  );
  expect(answerIn(await shown(page)).length).toBeGreaterThan(0);
  expect(answerIn(await shown(page))).toEqual(answerIn(deployment.conversation.messages));
}

/** Expects that the last message of the page has only grown, and was told twice in no part. */
export async function expectGrowth(page: Page): Promise<void> {
  const last = (await shown(page)).at(-1);
  const states = (await page.evaluate('[...states].map((state) => JSON.parse(state))')) as UIMessage[];
  const earlier = states.filter(({ id }) => id === last?.id);
  expect(earlier.length).toBeGreaterThan(2);
  for (const { parts } of earlier) {
    const types = parts.map(({ type }) => type);
    expect(types).toEqual(last?.parts.slice(0, parts.length).map(({ type }) => type));
    for (const [at, part] of parts.entries())
      expect(textOf(last?.parts[at]).startsWith(textOf(part)), textOf(part)).toBe(true);
  }
}

const textOf = (part: UIMessage['parts'][number] | undefined) => (part && 'text' in part ? part.text : '');
