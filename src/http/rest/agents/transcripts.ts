import { z } from 'zod';
import type { Transcript, TranscriptThread } from '../../../services/agents/transcripts.ts';
import type { Services } from '../../../services/services.ts';
import type { Conversation } from '../../../upstream/quantconnect/model.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import type { ZodApp } from '../zod-app.ts';
import { conversation } from './views.ts';

const readAt = z.string().describe('When the gateway last read it; ISO 8601, UTC');

const thread = conversation
  .extend({
    callableId: z.string().describe('By what the thread of a sub-agent is read'),
    readAt,
  })
  .meta({ id: 'TranscriptThread' });

const transcript = conversation
  .extend({
    readAt,
    threads: z
      .array(thread)
      .describe('The threads of sub-agents, as far as a client has read or followed them'),
  })
  .meta({ id: 'Transcript' });

/** What was said in a deployment, from the store. */
export async function transcriptRoute(
  app: ZodApp,
  { services }: { services: Pick<Services, 'transcripts' | 'conversations'> },
): Promise<void> {
  const { transcripts, conversations } = services;

  app.get(
    '/v1/deployments/:deploymentId/transcript',
    {
      config: { errors: ['NOT_FOUND'] },
      schema: {
        operationId: 'getTranscript',
        tags: ['deployments'],
        summary: 'Download what was said in a deployment, as it was last read',
        description:
          'The whole conversation, from the store: also after the upstream has forgotten the deployment. Each conversation ' +
          'is read at the end of every run.',
        params: z.object({ deploymentId: z.string() }),
        response: { 200: transcript },
      },
    },
    async (request, reply) => {
      const found = await transcripts.get(viewerOf(request), request.params.deploymentId);
      return reply
        .header('content-disposition', `attachment; filename="${fileNameOf(found)}"`)
        .send(toTranscriptView(conversations, found));
    },
  );
}

/** A conversation as REST shows it, whole or a page of it. */
export function toConversationView(
  { page, turns, files, failures }: Services['conversations'],
  read: Conversation,
  {
    at,
    ...request
  }: { after?: number | undefined; first?: number | undefined; at?: number | undefined } = {},
): z.infer<typeof conversation> {
  const { nodes: messages, pageInfo } = page(read, request);
  return {
    ...read,
    messages,
    pageInfo,
    turns: turns(read),
    files: files(read, { at }),
    failures: failures(read),
  };
}

function toTranscriptView(
  conversations: Services['conversations'],
  found: Transcript,
): z.infer<typeof transcript> {
  const toView = ({ readAt, conversation: read }: TranscriptThread) => ({
    ...toConversationView(conversations, read),
    readAt,
  });
  return {
    ...toView(found),
    threads: found.threads.map((one) => ({ ...toView(one), callableId: one.callableId ?? '' })),
  };
}

/** Ids of the upstream are opaque: what a header cannot hold is left out. */
function fileNameOf({ conversation: { deploymentId } }: Transcript): string {
  return `transcript-${deploymentId.replace(/[^\w-]/g, '')}.json`;
}
