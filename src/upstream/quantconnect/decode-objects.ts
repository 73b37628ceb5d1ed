import { z } from 'zod';
import { anything, id, listOf, number, text, textOrEmpty, textUnlessEmpty } from '../loose-fields.ts';
import { count, flag, objectOrNull, time } from './fields.ts';
import type { Agent } from './model.ts';

/** `{publicId, name, image}`, as authors and owners are shown. */
export const person = objectOrNull(z.object({ publicId: text, name: text, image: text }));

const organization = objectOrNull(z.object({ id, name: text }));
const node = objectOrNull(z.object({ id, sku: text }));
const chainedAgent = z.object({ agentId: id, step: count });
const subAgent = z.object({ agentId: id, callableCount: number });
/** Only the provider is read: the key beside it is never taken in. */
const token = objectOrNull(z.object({ llmProviderApi: textUnlessEmpty }));

/** An agent of the wire (upstream page 4.1). Without an id it is none. */
export const agentSchema = z
  .object({
    id,
    name: textOrEmpty,
    description: text,
    profileImage: text,
    systemPrompt: text,
    reasoningEffort: textUnlessEmpty,
    maxTurns: number,
    toolChoice: textUnlessEmpty,
    tools: listOf(z.string()),
    public: flag,
    model: textUnlessEmpty,
    pipeline: textUnlessEmpty,
    outputSchema: anything,
    useQCC: flag,
    token,
    chainedAgents: listOf(chainedAgent),
    subAgents: listOf(subAgent),
    author: person,
    organization,
    node,
    created: time,
    updated: time,
  })
  .transform(
    ({ useQCC, token: key, created, updated, outputSchema, ...same }): Agent => ({
      ...same,
      outputSchema: outputSchema ?? null,
      useQcc: useQCC,
      llmProvider: key?.llmProviderApi ?? null,
      createdAt: created,
      updatedAt: updated,
    }),
  );
