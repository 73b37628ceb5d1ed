import { z } from 'zod';
import { boundedList, guard } from '../shared-inputs.ts';

/** Bodies of the requests about agents, tasks and deployments. Objects are strict: an unknown field is refused by name. */

const id = z.string().min(1).max(128);
const text = z.string().nullable().optional();
const effort = z.enum(['LOW', 'MEDIUM', 'HIGH', 'low', 'medium', 'high']);

const agentFields = {
  description: text,
  profileImage: text,
  systemPrompt: text,
  reasoningEffort: effort.nullable().optional(),
  maxTurns: z.int().min(1).nullable().optional(),
  toolChoice: text,
  tools: boundedList(z.array(z.string())).nullable().optional(),
  public: z.boolean().nullable().optional(),
  model: text,
  pipeline: text,
  useQcc: z.boolean().nullable().optional(),
  llmToken: z
    .strictObject({ provider: z.string().min(1), apiKey: z.string().min(1) })
    .nullable()
    .optional()
    .describe("The agent's own LLM key. It cannot be read again"),
  chainedAgents: boundedList(z.array(z.strictObject({ agentId: id, step: z.int() })))
    .nullable()
    .optional(),
  subAgents: boundedList(
    z.array(z.strictObject({ agentId: id, callableCount: z.int().nullable().optional() })),
  )
    .nullable()
    .optional(),
  nodeId: id.nullable().optional().describe('Not together with `node`'),
  node: z
    .strictObject({ id, sku: text })
    .nullable()
    .optional()
    .describe('The node that it is pinned to; id 0 for none'),
};

export const createAgent = z
  .strictObject({
    name: z.string(),
    organizationId: z.string().nullable().optional(),
    ...agentFields,
  })
  .meta({
    examples: [
      { name: 'Quiet Copper Heron', reasoningEffort: 'HIGH', tools: ['create_file', 'create_backtest'] },
    ],
  });

/** An absent field does not change, `null` clears, a list replaces the old list. */
export const updateAgent = z
  .strictObject({ name: z.string().optional(), ...agentFields })
  .meta({ examples: [{ description: 'Reads filings', model: null }] });

export const createTask = z
  .strictObject({
    agentId: id,
    name: z.string(),
    prompt: z.string(),
    organizationId: z.string().nullable().optional(),
    projectPreference: z
      .enum([
        'PROJECT_EACH_TASK_DEPLOYMENT',
        'PROJECT_FOR_TASK',
        'project-each-task-deployment',
        'project-for-task',
      ])
      .nullable()
      .optional(),
  })
  .meta({ examples: [{ agentId: '105', name: 'buy and hold', prompt: 'Buy and hold SPY' }] });

export const updateTask = z
  .strictObject({ name: z.string().optional() })
  .meta({ examples: [{ name: 'buy and keep' }] });

export const deploy = z
  .strictObject({
    guard: guard.describe('Limits after which the gateway stops the deployment'),
  })
  // A POST without a body has no guard.
  .nullish()
  .meta({
    examples: [
      { guard: { maxTokens: 100000, maxTurns: 50, maxDurationSeconds: 3600, stopOnRuntimeError: true } },
    ],
  });

export const prompt = z
  .strictObject({ prompt: z.string() })
  .meta({ examples: [{ prompt: 'Test with ROC(30)' }] });

export const watchTokenInput = z
  .strictObject({ ttlSeconds: z.int().optional().describe('1 to 3600; 900 without one') })
  .nullish()
  .meta({ examples: [{ ttlSeconds: 600 }] });
