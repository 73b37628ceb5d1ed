import type { ConversationUsage } from '../../../services/agents/conversation-usage.ts';
import type { Conversation, ConversationMessage, MessagePart } from '../../../upstream/quantconnect/model.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { takeItems } from '../incomplete-lists.ts';
import { nestedLists } from './listings.ts';

const TYPE_OF = {
  text: 'TextPart',
  reasoning: 'ReasoningPart',
  tool: 'ToolPart',
  other: 'OtherPart',
} as const;

export const conversationResolvers: Resolvers = {
  Query: {
    transcript: (_root, { deploymentId }, { viewer, services }) =>
      services.transcripts.get(viewer, deploymentId),
  },
  Conversation: {
    messages: (conversation, page, { services, incompletePaths }, { path }) => {
      const { nodes } = services.conversations.page(conversation, page);
      return takeItems(nodes, !conversation.incompleteLists.includes('messages'), path, incompletePaths);
    },
    ...nestedLists<Conversation, 'agents'>({ agents: 'agents' }),
    files: (conversation, args, { services }) => services.conversations.files(conversation, args),
    turns: (conversation, _args, { services }) => services.conversations.turns(conversation),
    failures: (conversation, _args, { services }) => services.conversations.failures(conversation),
  },
  TranscriptThread: {
    callableId: ({ callableId }) => callableId ?? '',
  },
  MessagePart: {
    __resolveType: (part: MessagePart) => TYPE_OF[part.kind],
  },
  Subscription: {
    conversationMessages: {
      subscribe: (_root, args, { viewer, services }) => services.conversations.follow(viewer, args),
      resolve: (message: ConversationMessage) => message,
    },
    conversationUsage: {
      subscribe: (_root, args, { viewer, services }) => services.conversations.followUsage(viewer, args),
      resolve: (usage: ConversationUsage) => usage,
    },
  },
};
