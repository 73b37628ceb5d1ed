import type { ChainedAgent, MessagePart, SubAgent } from '../../upstream/quantconnect/model.ts';

/** Where the agent that something names is to be looked for. */
interface Origin {
  credentialId: string;
  organizationId: string | null;
}

/** A link of a chain, and where its agent is to be looked for. */
export type ChainedAgentSource = ChainedAgent & Origin;

/** A callable agent's entry, and where the agent itself is to be looked for. */
export type SubAgentSource = SubAgent & Origin;

export type TextSource = Extract<MessagePart, { kind: 'text' | 'reasoning' }>;
export type ToolSource = Extract<MessagePart, { kind: 'tool' }>;
export type OtherSource = Extract<MessagePart, { kind: 'other' }>;
