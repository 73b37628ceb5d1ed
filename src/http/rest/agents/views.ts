import { z } from 'zod';
import type { EndReason } from '../../../domain/end-reason.ts';
import { pageInfo } from '../shared-inputs.ts';

/** Answers about agents, tasks and deployments: the fields of the GraphQL types, without those that need further calls. */

const id = z.string();
const text = z.string().nullable();
const time = z.string().nullable().describe('ISO 8601, UTC');
const STATUSES = ['QUEUED', 'RUNNING', 'COMPLETED', 'STOPPED', 'FAILED', 'UNKNOWN'] as const;

const END_REASONS = [
  'COMPLETED',
  'FAILED',
  'STOPPED_BY_USER',
  'GUARD_MAX_TOKENS',
  'GUARD_MAX_TURNS',
  'GUARD_MAX_DURATION_SECONDS',
  'GUARD_STOP_ON_RUNTIME_ERROR',
  'GUARD_STOP_ON_WARNING',
  'GUARD_MADE_TWICE',
  'BUDGET',
  'UNKNOWN',
] as const satisfies readonly EndReason[];

export const status = z
  .enum(STATUSES)
  .describe("The status in the gateway's words; `rawStatus` has the upstream's word");

const raw = z
  .record(z.string(), z.unknown())
  .nullable()
  .describe('What the upstream said of it and no field shows, without secrets; null for nothing');

export const isComplete = z
  .boolean()
  .describe(
    'False when a list in this answer came without an element that could not be decoded, or a value nests too deeply and is null',
  );

/** Whether a list and every list inside its items are whole. */
export function isWhole(listing: { items: { isComplete: boolean }[]; isComplete: boolean }): boolean {
  return listing.isComplete && listing.items.every((item) => item.isComplete);
}

const person = z.object({ publicId: text, name: text, image: text });

export const credential = z
  .object({
    id,
    provider: z.enum(['QUANTCONNECT', 'QUANTCDN']),
    label: text,
    account: z.string(),
    organizationId: text,
    tokenHint: z.string().describe('The last four characters of the secret'),
    status: z.enum(['VERIFIED', 'UNVERIFIED', 'REJECTED']),
    verificationProblem: text.describe(
      'Of an `UNVERIFIED` one: the code of the error because of which the upstream could not be asked',
    ),
    isDefault: z.boolean(),
    createdAt: z.string(),
  })
  .meta({ id: 'Credential' });

export const agent = z
  .object({
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
    organization: z.object({ id, name: text, profile: text }).nullable(),
    node: z.object({ id, sku: text }).nullable(),
    createdAt: time,
    updatedAt: time,
    raw,
    isComplete,
  })
  .meta({ id: 'Agent' });

export const task = z
  .object({
    id,
    name: z.string(),
    prompt: z.string(),
    organizationId: id,
    agentId: id,
    projectPreference: text,
    projectId: text,
    deploymentCount: z.number(),
    lastDeploymentId: text.describe(
      "The upstream's number of the last deployment; not the id of a deployment",
    ),
    lastDeployedAt: time,
    owner: person.nullable(),
    schedule: text,
    scheduleHuman: text,
    upcomingDeployments: z.array(z.unknown()).describe("In the upstream's form, which is not published"),
    notifications: z.array(z.unknown()).describe("In the upstream's form, which is not published"),
    createdAt: time,
    updatedAt: time,
    activeDeployments: z.array(z.object({ deploymentId: id, status, rawStatus: z.string() })),
    raw,
    isComplete,
  })
  .meta({ id: 'AgentTask' });

const deploymentGuard = z
  .object({
    maxTokens: z.number().nullable(),
    maxTurns: z.number().nullable(),
    maxDurationSeconds: z.number().nullable(),
    stopOnRuntimeError: z.boolean(),
    stopOnWarning: z.boolean(),
    warnAt: z.number().describe('The share of a limit at which `GUARD_WARNED` is emitted'),
    runStartedAt: z
      .string()
      .describe('From when `maxDurationSeconds` counts: a prompt that revives it sets it'),
  })
  .meta({ id: 'DeploymentGuard' });

export const deployment = z
  .object({
    id,
    status,
    rawStatus: z.string(),
    isTerminal: z.boolean(),
    endReason: z.enum(END_REASONS).nullable().describe('Why it has ended; null while it has not'),
    guard: deploymentGuard
      .nullable()
      .describe('The limits after which the gateway stops it; null when it has none'),
    taskId: text,
    agentId: text,
    model: text,
    prompt: text,
    projectId: text,
    versionId: text.describe('The version of LEAN'),
    machine: text,
    hostName: text,
    mcpTools: z.array(z.string()).describe('The tools that it can use'),
    runtimeError: text,
    createdAt: time,
    startedAt: time,
    endedAt: time,
    observedAt: z.string().describe('When the gateway last read it upstream'),
    isStale: z
      .boolean()
      .describe('True when the last reads failed; the fields are those of the last successful read'),
    raw,
    isComplete,
  })
  .meta({ id: 'Deployment' });

const messagePart = z
  .object({
    type: z.string(),
    text: z.string().optional(),
    toolName: z.string().optional(),
    toolCallId: z.string().nullable().optional(),
    state: z.string().nullable().optional(),
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    errorText: z.string().nullable().optional(),
    title: z.string().nullable().optional(),
    messages: z.array(z.unknown()).optional().describe('What a called agent has said'),
    raw: z
      .unknown()
      .describe(
        'What no field shows, `{}` for nothing; the whole part, when the gateway does not know its type',
      ),
  })
  .meta({ id: 'MessagePart' });

const file = z.object({ path: z.string(), content: z.string() }).meta({ id: 'ConversationFile' });

const conversationMessage = z
  .object({
    index: z.number(),
    id: text,
    role: z.string(),
    time: text,
    metadata: z.unknown().describe('What the upstream has noted of it'),
    agentId: text.describe('The agent that it is from, as `metadata` names it'),
    parts: z.array(messagePart),
  })
  .meta({ id: 'ConversationMessage' });

export const conversation = z
  .object({
    deploymentId: id,
    inputTokens: z.number(),
    outputTokens: z.number(),
    turns: z.number().describe('Turns taken so far'),
    agents: z
      .array(z.object({ id: text, name: text, callableId: text }))
      .describe('The agents that take part; `callableId` selects the thread of one'),
    aggregateStatus: text.describe("The upstream's word for the status of the whole"),
    projectId: text,
    prompt: text,
    channel: text.describe("The upstream's internal name of it"),
    pageInfo: pageInfo.describe('The end of the page of messages'),
    messages: z.array(conversationMessage),
    files: z
      .array(file)
      .describe('The files that the agent wrote; with `at` as they were after that message'),
    failures: z.array(
      z.object({
        messageIndex: z.number(),
        toolName: z.string(),
        errors: z.array(z.string()),
        warnings: z.array(z.string()),
        files: z.array(file).describe('The files as they were when it failed'),
      }),
    ),
    raw,
    isComplete,
  })
  .meta({ id: 'Conversation' });

export const watchToken = z
  .object({ token: z.string(), expiresAt: z.iso.datetime() })
  .meta({ id: 'WatchToken' });
