import {
  ConversationFactsDocument,
  type ConversationFactsFragment,
  type ConversationFactsQuery,
  type DeploymentFieldsFragment,
  type Message,
  type TranscriptQuery,
} from '@quantgate/client';
import { type ConversationValue, type Live, useClient } from '@quantgate/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

/** What is known of a conversation: live while there is one upstream, else from the transcript. */
export interface Known {
  messages: readonly Message[];
  facts: ConversationFactsFragment | undefined;
  /** Fields of the deployment that its events do not bring. */
  more: Omit<NonNullable<ConversationFactsQuery['deployment']>, 'conversation'> | undefined;
  usage: { inputTokens: number; outputTokens: number; turns: number } | undefined;
  /** The transcript, where it is what is shown. */
  transcript: NonNullable<TranscriptQuery['transcript']> | undefined;
  isLoading: boolean;
  /** Why nothing is shown. */
  error: unknown;
}

export function useKnown(
  id: string,
  {
    conversation,
    deployment,
    isGone,
  }: {
    conversation: Live<ConversationValue>;
    deployment: DeploymentFieldsFragment | undefined;
    isGone: boolean;
  },
): Known {
  const client = useClient();
  const { messages: liveMessages, usage } = conversation.value;
  const calls = liveMessages.reduce((sum, { parts }) => sum + parts.filter(isDoneCall).length, 0);

  // Failures and files are the gateway's to find: they are asked for again after each call of a tool.
  const asked = useQuery({
    queryKey: ['conversation facts', id, calls, deployment?.status],
    queryFn: ({ signal }) => client.send(ConversationFactsDocument, { id }, { signal }),
    enabled: !isGone,
    placeholderData: keepPreviousData,
  });
  const isLiveLost = conversation.status === 'FAILED' || conversation.status === 'ENDED';
  const kept = useQuery({
    queryKey: ['transcript', id],
    queryFn: ({ signal }) => client.transcript(id, { signal }),
    enabled: isGone || (isLiveLost && liveMessages.length === 0),
  });

  const isLive = liveMessages.length > 0 && !isGone;
  const transcript = isLive ? undefined : kept.data;
  const { conversation: liveFacts, ...more } = asked.data?.deployment ?? {};
  const facts = (isLive ? liveFacts : undefined) ?? transcript?.conversation ?? liveFacts;
  return {
    messages: isLive ? liveMessages : (transcript?.conversation.messages ?? liveMessages),
    facts,
    more: asked.data?.deployment == null ? undefined : (more as Known['more']),
    usage: usage ?? facts,
    transcript,
    isLoading: conversation.status === 'LOADING' || kept.isLoading,
    error: kept.error ?? (kept.isEnabled ? undefined : conversation.error),
  };
}

function isDoneCall(part: Message['parts'][number]): boolean {
  return part.__typename === 'ToolPart' && (part.state?.startsWith('output') ?? false);
}
