import { statusOf } from './deployment.ts';
import { filledConversation, filledMessage } from './filled.ts';
import { type Lens, messagesOf, threadOf } from './messages.ts';
import type { Operation } from './operation.ts';
import type { Deployment } from './records.ts';
import { Refusal } from './refusal.ts';
import { progressOf } from './round.ts';
import { deploymentFor, type World } from './world.ts';

const INPUT_TOKENS_PER_STEP = 4_500;
const OUTPUT_TOKENS_PER_STEP = 230;

function lensOf({ clock, behavior }: World): Lens {
  return {
    nowMs: clock.now(),
    skewMs: clock.wall() - clock.now(),
    empty: () => (behavior.emptyObjectsAsArrays ? [] : {}),
  };
}

/** The tokens that a conversation has used so far. */
export function tokensOf({ rounds }: Deployment, nowMs: number) {
  const done = rounds.reduce((sum, round) => sum + progressOf(round, nowMs), 0);
  return {
    inputTokens: Math.floor(done * INPUT_TOKENS_PER_STEP),
    outputTokens: Math.floor(done * OUTPUT_TOKENS_PER_STEP),
  };
}

/** The conversation in an answer of the API (docs/upstream/quantconnect.md, Conversation fields). */
function conversationView(deployment: Deployment, world: World, callableId: string | undefined) {
  const lens = lensOf(world);
  const callable = deployment.callables.find((candidate) => candidate.callableId === callableId);
  if (callableId !== undefined && !callable) throw new Refusal('Conversation not found.');
  const messages = callable ? threadOf(deployment, callable, lens) : messagesOf(deployment, lens);
  return {
    id: deployment.id,
    userId: Number(deployment.userId),
    organizationId: deployment.organizationId,
    channel: `agent-${deployment.id.slice(2, 8)}`,
    projectId: deployment.projectId,
    prompt: deployment.prompt,
    agents: [...deployment.chain, ...deployment.callables],
    notificationTargets: [],
    messages: world.behavior.fillFields
      ? messages.map((message) => filledMessage(message, deployment.agentId))
      : messages,
    agentProperties: lens.empty(),
    chatMessages: [],
    ...tokensOf(deployment, lens.nowMs),
    aggregateStatus: statusOf(deployment, lens.nowMs),
    ...(world.behavior.fillFields && filledConversation(deployment)),
  };
}

/** Reads conversations (docs/upstream/quantconnect.md, Conversations). */
export const conversationOperations: Record<string, Operation> = {
  '/agents/deployments/conversation/read': ({ caller, fields }) => {
    const { world } = caller;
    const deployment = deploymentFor(caller, fields.text('deploymentId'));
    const callableId = fields.optionalText('callableId');
    if (deployment.phase === 'InQueue') {
      return world.behavior.queuedConversation === 'absent' ? {} : { conversation: null };
    }
    return { conversation: conversationView(deployment, world, callableId) };
  },
};
