import { z } from 'zod';
import { pageInfo } from '../shared-inputs.ts';

/** Answers about agents, tasks and deployments: the fields of the GraphQL types, without those that need further calls. */

const id = z.string();
const text = z.string().nullable();
const time = z.string().nullable().describe('ISO 8601, UTC');
const STATUSES = ['QUEUED', 'RUNNING', 'COMPLETED', 'STOPPED', 'FAILED', 'UNKNOWN'] as const;

export const status = z
  .enum(STATUSES)
  .describe("The status in the gateway's words; `rawStatus` has the upstream's word");

export const isComplete = z
  .boolean()
  .describe('False when a list in this answer came without an element, because it could not be decoded');

/** Whether a list and every list inside its items are whole. */
export function isWhole(listing: { items: { isComplete: boolean }[]; isComplete: boolean }): boolean {
  return listing.isComplete && listing.items.every((item) => item.isComplete);
}

const person = z.object({ publicId: text, name: text, image: text });

export const credential = z.object({
  id,
  provider: z.enum(['QUANTCONNECT', 'QUANTCDN']),
  label: text,
  account: z.string(),
  organizationId: text,
  tokenHint: z.string().describe('The last four characters of the secret'),
  status: z.enum(['VERIFIED', 'UNVERIFIED', 'REJECTED']),
  isDefault: z.boolean(),
  createdAt: z.string(),
});

export const agent = z.object({
  id,
  name: z.string(),
  description: text,
  profileImage: text,
  systemPrompt: text,
  reasoningEffort: z.enum(['LOW', 'MEDIUM', 'HIGH', 'UNKNOWN']).nullable(),
  rawReasoningEffort: text,
  maxTurns: z.number().nullable(),
  toolChoice: text,
  tools: z.array(z.string()),
  public: z.boolean().nullable(),
  model: text,
  pipeline: text,
  outputSchema: z.unknown().describe('JSON Schema of its structured output'),
  useQcc: z.boolean().nullable(),
  llmProvider: text,
  chainedAgents: z.array(z.object({ agentId: id, step: z.number() })),
  subAgents: z.array(z.object({ agentId: id, callableCount: z.number().nullable() })),
  author: person.nullable(),
  organization: z.object({ id, name: text }).nullable(),
  node: z.object({ id, sku: text }).nullable(),
  createdAt: time,
  updatedAt: time,
  isComplete,
});

export const task = z.object({
  id,
  name: z.string(),
  prompt: z.string(),
  organizationId: id,
  agentId: id,
  projectPreference: text,
  projectId: text,
  deploymentCount: z.number(),
  lastDeployedAt: time,
  owner: person.nullable(),
  schedule: text,
  scheduleHuman: text,
  createdAt: time,
  updatedAt: time,
  activeDeployments: z.array(z.object({ deploymentId: id, status, rawStatus: z.string() })),
  isComplete,
});

export const deployment = z.object({
  id,
  status,
  rawStatus: z.string(),
  isTerminal: z.boolean(),
  taskId: text,
  agentId: text,
  model: text,
  prompt: text,
  projectId: text,
  runtimeError: text,
  createdAt: time,
  startedAt: time,
  endedAt: time,
  observedAt: z.string().describe('When the gateway last read it upstream'),
  isStale: z
    .boolean()
    .describe('True when the last reads failed; the fields are those of the last successful read'),
  isComplete,
});

const messagePart = z.object({
  type: z.string(),
  text: z.string().optional(),
  toolName: z.string().optional(),
  toolCallId: z.string().nullable().optional(),
  state: z.string().nullable().optional(),
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  errorText: z.string().nullable().optional(),
  raw: z.unknown().optional().describe('The whole part, when the gateway does not know its type'),
});

export const conversation = z.object({
  deploymentId: id,
  inputTokens: z.number(),
  outputTokens: z.number(),
  pageInfo: pageInfo.describe('The end of the page of messages'),
  messages: z.array(
    z.object({ index: z.number(), id: text, role: z.string(), time: text, parts: z.array(messagePart) }),
  ),
  files: z.array(z.object({ path: z.string(), content: z.string() })),
  failures: z.array(
    z.object({
      messageIndex: z.number(),
      toolName: z.string(),
      errors: z.array(z.string()),
      warnings: z.array(z.string()),
    }),
  ),
});
