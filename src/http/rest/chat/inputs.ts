import { z } from 'zod';
import { badUserInput } from '../../../errors.ts';
import { boundedList, onBusy } from '../shared-inputs.ts';

/** A message as `useChat` sends it. Its parts are the AI SDK's own, and only the text of the last one is read. */
const message = z.looseObject({
  id: z.string(),
  role: z.enum(['system', 'user', 'assistant']),
  parts: z.array(z.looseObject({ type: z.string() })).optional(),
});

/**
 * The body of the AI SDK's `DefaultChatTransport`. It is open: applications add fields of their own, which are passed over.
 */
export const chatRequest = z.looseObject({ messages: boundedList(z.array(message)) }).meta({
  examples: [
    { messages: [{ id: 'message-1', role: 'user', parts: [{ type: 'text', text: 'Test with ROC(30)' }] }] },
  ],
});

export const busyQuery = onBusy.describe(
  '`reject` is the default: `CONFLICT` while the agent works. `send` hands the prompt to the upstream as it is, `enqueue` ' +
    'sends it when the run has ended, `interrupt` stops the run first',
);

/** The prompt in a request: the last message of the user. @throws GatewayError `BAD_USER_INPUT` without one */
export function promptOf({ messages }: z.infer<typeof chatRequest>): { messageId: string; text: string } {
  const last = messages.findLast(({ role }) => role === 'user');
  if (last === undefined)
    throw badUserInput({ path: 'messages', message: 'must have a message of the user' });
  const parts = last.parts ?? [];
  const texts = parts.flatMap(({ type, text }) =>
    type === 'text' && typeof text === 'string' ? [text] : [],
  );
  if (texts.length < parts.length)
    throw badUserInput({ path: 'messages', message: 'of the user may have parts of text only' });
  return { messageId: last.id, text: texts.join('\n') };
}
