import { asInteger, isObject } from './fields.ts';
import { Refusal } from './refusal.ts';

/** The fields of an agent that a client may set (docs/upstream/quantconnect.md, Agent requests; documented). */
export interface AgentFields {
  name: string;
  description: string;
  profileImage: string;
  systemPrompt: string;
  reasoningEffort: string;
  maxTurns: number;
  toolChoice: string;
  tools: string[];
  public: boolean;
  useQCC: boolean;
  model: string | null;
  pipeline: string | null;
  chainedAgents: { agentId: number; step: number }[];
  subAgents: { agentId: number; callableCount?: number }[];
  token: { llmApiTokenUser: string; llmProviderApi: string } | null;
  node: { id: number; sku: string };
}

/** `clear` is the value that `null` sets, and the default of a new agent; without it, `null` is refused. */
interface FieldRule {
  must: string;
  holds(value: unknown): boolean;
  clear?: unknown;
}

const text = { must: 'a string', holds: (value: unknown) => typeof value === 'string' };
const flag = { must: 'a boolean', holds: (value: unknown) => typeof value === 'boolean' };
const effort = ['low', 'medium', 'high'];
function entries(optional: string, required: boolean) {
  return (value: unknown) =>
    Array.isArray(value) &&
    value.every(
      (entry) =>
        isObject(entry) &&
        Number.isSafeInteger(entry.agentId) &&
        (Number.isSafeInteger(entry[optional]) || (!required && entry[optional] === undefined)),
    );
}

const RULES: Record<keyof AgentFields, FieldRule> = {
  name: text,
  description: { ...text, clear: '' },
  profileImage: { ...text, clear: '' },
  systemPrompt: { ...text, clear: '' },
  reasoningEffort: {
    must: `one of ${effort.join(', ')}`,
    holds: (value) => typeof value === 'string' && effort.includes(value),
    clear: 'medium',
  },
  maxTurns: { must: 'a positive integer', holds: (value) => (asInteger(value, false) ?? 0) > 0, clear: 100 },
  toolChoice: { ...text, clear: 'auto' },
  tools: {
    must: 'a list of strings',
    holds: (value) => Array.isArray(value) && value.every((tool) => typeof tool === 'string'),
    clear: [],
  },
  public: { ...flag, clear: false },
  useQCC: { ...flag, clear: true },
  model: { ...text, clear: null },
  pipeline: { ...text, clear: null },
  chainedAgents: { must: 'a list of {agentId, step}', holds: entries('step', true), clear: [] },
  subAgents: {
    must: 'a list of {agentId, callableCount}',
    holds: entries('callableCount', false),
    clear: [],
  },
  token: {
    must: '{llmApiTokenUser, llmProviderApi}',
    holds: (value) =>
      isObject(value) && text.holds(value.llmApiTokenUser) && text.holds(value.llmProviderApi),
    clear: null,
  },
  node: {
    must: '{id, sku?}',
    holds: (value) =>
      isObject(value) && Number.isSafeInteger(value.id) && (value.sku === undefined || text.holds(value.sku)),
    clear: { id: 0, sku: '' },
  },
};

/** The defaults of a new agent. */
export function blankAgent(): AgentFields {
  const cleared = Object.entries(RULES).map(([name, rule]) => [
    name,
    structuredClone(rule.clear === undefined ? '' : rule.clear),
  ]);
  return Object.fromEntries(cleared) as AgentFields;
}

/**
 * The agent with the fields of the body. Omitted fields keep their value, and lists are replaced as a whole
 * (docs/upstream/quantconnect.md, Agent requests).
 */
export function withFields(agent: AgentFields, body: Record<string, unknown>): AgentFields {
  const changed: Record<string, unknown> = { ...agent };
  for (const [name, rule] of Object.entries(RULES)) {
    const value = body[name];
    if (value === undefined) continue;
    if (value === null && rule.clear !== undefined) changed[name] = structuredClone(rule.clear);
    else if (rule.holds(value)) changed[name] = value;
    else throw new Refusal(`${name} must be ${rule.must}.`);
  }
  const result = changed as unknown as AgentFields;
  if (result.name.trim() === '') throw new Refusal('name is required.');
  if (!result.useQCC && result.token === null) throw new Refusal('token is required when useQCC is false.');
  return result;
}
