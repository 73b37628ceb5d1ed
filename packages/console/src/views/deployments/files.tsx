import { ConversationFilesDocument, type Message, TranscriptFilesDocument } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense } from 'react';
import { Button } from '../../design/button.tsx';
import { Failure } from '../../design/failure.tsx';
import { SelectField } from '../../design/field.tsx';
import { Loading } from '../../design/loading.tsx';
import { isWrite } from './conversation.tsx';

const FileDiff = lazy(() => import('./file-diff.tsx'));

/** A message that wrote files, and what it did. */
export interface Write {
  index: number;
  words: string;
}

/** The messages that wrote files, in order. */
export function filesOf(messages: readonly Message[]): Write[] {
  return messages.flatMap(({ index, parts }) => {
    const names = parts.flatMap((part) =>
      part.__typename === 'ToolPart' && isWrite(part.toolName) ? [pathOf(part.input) ?? part.toolName] : [],
    );
    return names.length === 0 ? [] : [{ index, words: [...new Set(names)].join(', ') }];
  });
}

function pathOf(input: unknown): string | undefined {
  const record = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const path = record.filePath ?? record.path ?? record.name;
  return typeof path === 'string' ? path : undefined;
}

/** The files as they were after a message, and what that message has changed. */
export function Files({
  id,
  writes,
  chosen,
  onChoose,
  isFromTranscript,
}: {
  id: string;
  writes: readonly Write[];
  /** The index of a message; undefined for the last one that wrote. */
  chosen: number | undefined;
  onChoose: (index: number) => void;
  isFromTranscript: boolean;
}): ReactNode {
  const client = useClient();
  const place = writes.findIndex(({ index }) => index === chosen);
  const at = place < 0 ? writes.length - 1 : place;
  const index = writes[at]?.index ?? 0;
  const variables = { id, before: Math.max(0, index - 1), at: index };
  const { data, error, refetch } = useQuery({
    queryKey: ['files', isFromTranscript, variables, writes.length, writes.at(-1)?.words],
    queryFn: async ({ signal }) =>
      isFromTranscript
        ? (await client.send(TranscriptFilesDocument, variables, { signal })).transcript?.conversation
        : (await client.send(ConversationFilesDocument, variables, { signal })).deployment?.conversation,
    placeholderData: keepPreviousData,
  });
  return (
    <div className="stack">
      <div className="filters">
        <SelectField
          label="After message"
          isCompact
          value={String(index)}
          onChange={({ target }) => onChoose(Number(target.value))}
        >
          {writes.map((one) => (
            <option key={one.index} value={one.index}>
              {one.index}: {one.words}
            </option>
          ))}
        </SelectField>
        <div className="row">
          <Button disabled={at <= 0} onClick={() => onChoose(writes[at - 1]?.index ?? 0)}>
            Earlier
          </Button>
          <Button disabled={at >= writes.length - 1} onClick={() => onChoose(writes[at + 1]?.index ?? 0)}>
            Later
          </Button>
        </div>
      </div>
      {error != null && <Failure error={error} onRetry={() => void refetch()} />}
      {data == null && error == null && <Loading />}
      {data != null && (
        <Suspense fallback={<Loading />}>
          {data.after.map(({ path, content }) => (
            <FileDiff
              key={path}
              path={path}
              before={data.before.find((one) => one.path === path)?.content}
              after={content}
            />
          ))}
        </Suspense>
      )}
    </div>
  );
}
