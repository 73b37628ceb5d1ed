import type { ConversationFactsFragment } from '@quantgate/client';
import { useConversation } from '@quantgate/react';
import { type ReactNode, useState } from 'react';
import { SelectField } from '../../design/field.tsx';
import { Conversation } from './conversation.tsx';
import type { Known } from './use-known.ts';

type Agent = ConversationFactsFragment['agents'][number];

/** The threads of the agents that another one calls, one at a time. */
export function Threads({
  id,
  agents,
  transcript,
}: {
  id: string;
  agents: readonly Agent[];
  transcript: Known['transcript'];
}): ReactNode {
  const [chosen, setChosen] = useState(agents[0]?.callableId ?? '');
  return (
    <div className="stack">
      {agents.length > 1 && (
        <SelectField
          label="Sub-agent"
          isCompact
          value={chosen}
          onChange={({ target }) => setChosen(target.value)}
        >
          {agents.map(({ id: agentId, name, callableId }) => (
            <option key={callableId} value={callableId ?? ''}>
              {name ?? `Agent ${agentId}`}
            </option>
          ))}
        </SelectField>
      )}
      {agents.length === 1 && <h2>{agents[0]?.name ?? `Agent ${agents[0]?.id}`}</h2>}
      {transcript === undefined ? (
        <LiveThread key={chosen} id={id} callableId={chosen} />
      ) : (
        <Conversation
          known={{
            ...NOTHING,
            messages:
              transcript.threads.find((one) => one.callableId === chosen)?.conversation.messages ?? [],
          }}
          isWaiting={false}
        />
      )}
    </div>
  );
}

const NOTHING: Known = {
  messages: [],
  facts: undefined,
  more: undefined,
  usage: undefined,
  transcript: undefined,
  isLoading: false,
  error: undefined,
};

function LiveThread({ id, callableId }: { id: string; callableId: string }): ReactNode {
  const { value, status, error } = useConversation(id, { callableId });
  const known = { ...NOTHING, messages: value.messages, isLoading: status === 'LOADING', error };
  return <Conversation known={known} isWaiting={false} />;
}
