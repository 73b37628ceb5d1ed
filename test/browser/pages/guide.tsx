/** A page of tests: it runs the modules of docs/guide/frontend.md. */
import * as apollo from 'guide:apollo.ts';
import { createChat, DeploymentChat, readMessages } from 'guide:chat.tsx';
import { client } from 'guide:client.ts';
import * as eventSource from 'guide:event-source.ts';
import * as relay from 'guide:relay.ts';
import * as tanstack from 'guide:tanstack.ts';
import * as urql from 'guide:urql.ts';
import { StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { requestSubscription } from 'relay-runtime';
import { followEvents } from './relay-artifact.ts';

interface Event {
  id: string;
}

/** The ids that each library has shown. */
const seen: Record<string, string[]> = {};
/** The states of the last message of a chat. */
const states = new Set<string>();
let endings: (() => void)[] = [];
let root: Root | undefined;

function followByAll(id: string): void {
  for (const [name, { follow }] of Object.entries({ apollo, urql, eventSource })) {
    const ids: string[] = [];
    seen[name] = ids;
    endings.push(follow(id, (event: Event) => ids.push(event.id)));
  }
  const ids: string[] = [];
  seen.relay = ids;
  const subscription = requestSubscription<{ response: { deploymentEvents: Event }; variables: object }>(
    relay.environment,
    {
      subscription: followEvents,
      variables: { id, after: '0' },
      onNext: (data) => data && ids.push(data.deploymentEvents.id),
      onError: (error) => console.error(error),
    },
  );
  endings.push(subscription.dispose);
  endings.push(
    tanstack.follow(id, (updates: { event: Event }[]) => {
      seen.tanstack = updates.map(({ event }) => event.id);
    }),
  );
}

/** What leaves the page when its components are gone. */
function leave(): void {
  for (const end of endings) end();
  endings = [];
  root?.unmount();
}

async function showChat(id: string): Promise<void> {
  const chat = createChat(id, await readMessages(id));
  const element = document.createElement('div');
  document.body.append(element);
  root = createRoot(element);
  root.render(
    <StrictMode>
      <DeploymentChat chat={chat} />
    </StrictMode>,
  );
  // What the page has shown on the way.
  setInterval(() => states.add(JSON.stringify(chat.messages.at(-1))), 20);
  Object.assign(globalThis, { chat });
}

Object.assign(globalThis, { client, seen, states, followByAll, leave, showChat, read: tanstack.read });
