import { notFound } from '../../errors.ts';
import type { TranscriptWriter } from '../../events/writers/transcripts.ts';
import type { Clock } from '../../lib/clock.ts';
import { findTranscripts, MAIN_THREAD } from '../../store/deployments/transcripts.ts';
import type { TranscriptRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Conversation } from '../../upstream/quantconnect/model.ts';
import {
  type ConversationRead,
  fromTranscript,
  toTranscript,
} from '../../upstream/quantconnect/transcript.ts';
import type { TranscriptSeal } from '../../vault/transcript-seal.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeDeployment } from '../common/authorize.ts';

/** One thread of a transcript. */
export interface TranscriptThread {
  /** By what the thread of a sub-agent is read; null for the deployment's own. */
  callableId: string | null;
  /** When the gateway read it; RFC 3339, UTC. */
  readAt: string;
  conversation: Conversation;
}

/** What was said in a deployment, as it was last read. */
export interface Transcript extends TranscriptThread {
  /** The threads of sub-agents, as far as a client has read or followed them. */
  threads: TranscriptThread[];
}

/** What was said in the caller's deployments, from the store. */
export interface Transcripts {
  /** Makes no upstream call. @throws GatewayError `NOT_FOUND` when none is kept */
  get(viewer: Viewer, deploymentId: string): Promise<Transcript>;
}

/** For the services of conversations. */
export interface StoredThreads {
  /** One thread as it was last read; undefined when none is kept. */
  find(ownerId: string, deploymentId: string, callableId: string | null): Promise<Conversation | undefined>;
  /** Keeps the thread of a sub-agent that a client has read. */
  keep(
    place: { ownerId: string; deploymentId: string; callableId: string; credentialId: string },
    read: ConversationRead,
  ): Promise<void>;
}

export interface TranscriptsDeps {
  store: Pick<Store, 'db' | 'time'>;
  clock: Pick<Clock, 'evenMs'>;
  seal: TranscriptSeal;
  writer: TranscriptWriter;
  /** How long they are kept after the end of a deployment; undefined when none is. */
  retentionMs: number | undefined;
}

export function createTranscripts({
  store,
  clock,
  seal,
  writer,
  retentionMs,
}: TranscriptsDeps): Transcripts & StoredThreads {
  const findRows = async (ownerId: string, deploymentId: string): Promise<TranscriptRow[]> =>
    retentionMs === undefined
      ? []
      : findTranscripts(store.db, ownerId, deploymentId, store.time(clock.evenMs(), -retentionMs));

  const openThread = async (row: TranscriptRow): Promise<TranscriptThread> => ({
    callableId: row.thread === MAIN_THREAD ? null : row.thread,
    readAt: new Date(row.readAt).toISOString(),
    conversation: fromTranscript(row.deploymentId, await seal.open(row)),
  });

  return {
    async get(viewer, deploymentId) {
      authorizeDeployment(viewer, deploymentId);
      const rows = await findRows(viewer.userId, deploymentId);
      const [main, ...threads] = await Promise.all(rows.map(openThread));
      if (main === undefined || main.callableId !== null) throw notFound('Transcript');
      return { ...main, threads };
    },

    async find(ownerId, deploymentId, callableId) {
      const rows = await findRows(ownerId, deploymentId);
      const row = rows.find(({ thread }) => thread === (callableId ?? MAIN_THREAD));
      return row && (await openThread(row)).conversation;
    },

    async keep({ ownerId, deploymentId, callableId, credentialId }, { conversation, source }) {
      if (retentionMs === undefined || conversation.messages.length === 0) return;
      const place = { ownerId, deploymentId, thread: callableId };
      const sealed = await seal.seal(place, toTranscript(source));
      const thread = { thread: callableId, credentialId, ...sealed, isEmpty: false };
      // The deployment's tokens are those of its own thread.
      await writer.save(ownerId, deploymentId, { ...thread, inputTokens: 0, outputTokens: 0, turns: 0 });
    },
  };
}
