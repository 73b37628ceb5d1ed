import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Profile } from './browser.ts';
import type { GraphQLClient } from './client.ts';

export const ADA = { email: 'ada@example.com', password: 'correct horse battery staple' };

/**
 * Pauses of the page take a twentieth: one that is cut often comes back before the next cut. Longer ones, which are limits of
 * sockets, stay as they are.
 */
const QUICK = `<script>
  const own = globalThis.setTimeout;
  globalThis.setTimeout = (task, delayMs = 0, ...given) => own(task, delayMs < 4_000 ? delayMs / 20 : delayMs, ...given);
</script>`;

/** A page of this document, signed in by cookie. */
export async function openSignedIn(profile: Profile, origin: string, html: string): Promise<Page> {
  const page = await profile.openPage(origin, html.replace('<script', `${QUICK}<script`));
  await page.evaluate(`client.session.signIn(${JSON.stringify(ADA)})`);
  // Before the sign-in the gateway has said that nobody is signed in.
  profile.errors.length = 0;
  return page;
}

/** The ids of a deployment's log. */
export async function logOf(ada: GraphQLClient, id: string): Promise<string[]> {
  const { log } = await ada.ask<{ log: { nodes: { id: string }[] } }>(
    'query ($id: ID!) { log: deploymentEvents(deploymentId: $id, first: 500) { nodes { id } } }',
    { id },
  );
  return log.nodes.map((event) => event.id);
}

/** Prompts a deployment, so that its log grows. */
export async function prompt(ada: GraphQLClient, id: string): Promise<void> {
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "More") { id } }', { id });
}

/** Waits until each library of the page has shown these ids, in this order, and nothing else. */
export async function expectSeen(page: Page, ids: readonly string[]): Promise<void> {
  const all = { apollo: ids, urql: ids, eventSource: ids, relay: ids, tanstack: ids };
  await expect.poll(() => page.evaluate('seen'), { timeout: 20_000 }).toEqual(all);
}
