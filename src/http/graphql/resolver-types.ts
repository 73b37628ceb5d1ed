import type { AiTaskListRunView, WholeListRunView } from '../../services/ai-task-runs/list-runs.ts';
import type { AiTaskGraphNode } from '../../upstream/quantcdn/model.ts';
import type { ChainedAgent, MessagePart, SubAgent } from '../../upstream/quantconnect/model.ts';

/** With which credential, and in which organization, an agent is read. */
interface Lookup {
  credentialId: string;
  organizationId: string | null;
}

/** The parent object of `ChainedAgent`. */
export type ChainedAgentSource = ChainedAgent & Lookup;

/** The parent object of `SubAgent`. */
export type SubAgentSource = SubAgent & Lookup;

/** The parent object of `AiTaskNode`. */
export type AiTaskNodeSource = AiTaskGraphNode & Pick<Lookup, 'credentialId'>;

/** The parent object of `AiTaskListRun`; with its runs when they were read together. */
export type AiTaskListRunSource = AiTaskListRunView | WholeListRunView;

export type TextSource = Extract<MessagePart, { kind: 'text' | 'reasoning' }>;
export type ToolSource = Extract<MessagePart, { kind: 'tool' }>;
export type OtherSource = Extract<MessagePart, { kind: 'other' }>;
