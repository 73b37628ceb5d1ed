import type { AiTaskListRunView, WholeListRunView } from '../../services/ai-task-runs/list-runs.ts';
import type { AiTaskGraphNode } from '../../upstream/quantcdn/model.ts';
import type { ChainedAgent, MessagePart, SubAgent } from '../../upstream/quantconnect/model.ts';

/** Where the agent that something names is to be looked for. */
interface Lookup {
  credentialId: string;
  organizationId: string | null;
}

/** A link of a chain, and where its agent is to be looked for. */
export type ChainedAgentSource = ChainedAgent & Lookup;

/** A callable agent's entry, and where the agent itself is to be looked for. */
export type SubAgentSource = SubAgent & Lookup;

/** A task in a graph, and where the task itself is to be looked for. */
export type AiTaskNodeSource = AiTaskGraphNode & Pick<Lookup, 'credentialId'>;

/** A run of a list, with what it has started where that was read with it. */
export type AiTaskListRunSource = AiTaskListRunView | WholeListRunView;

export type TextSource = Extract<MessagePart, { kind: 'text' | 'reasoning' }>;
export type ToolSource = Extract<MessagePart, { kind: 'tool' }>;
export type OtherSource = Extract<MessagePart, { kind: 'other' }>;
