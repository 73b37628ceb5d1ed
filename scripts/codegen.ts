/**
 * Writes the types of the GraphQL resolvers from `schema.graphql`: `npm run codegen`. With `--check` it
 * only checks that they are up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const FILE = 'src/http/graphql/generated/resolvers.ts';

const generated = await codegen({
  filename: FILE,
  schema: parse(await readFile('schema.graphql', 'utf8')),
  documents: [],
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
  config: {
    useTypeImports: true,
    enumsAsTypes: true,
    avoidOptionals: { field: true },
    scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown', SafeInt: 'number' },
    contextType: '../context.ts#GraphQLContext',
    mappers: {
      Viewer: '../../../viewer.ts#Viewer as ViewerSource',
      Credential: '../../../services/credentials/credentials.ts#CredentialView',
      Agent: '../../../services/agents/agents.ts#AgentView',
      AgentTask: '../../../services/agents/tasks.ts#TaskView',
      AiTaskGraph: '../../../services/ai-tasks/ai-tasks.ts#AiTaskGraphView',
      AiTaskNode: '../resolver-types.ts#AiTaskNodeSource',
      Deployment: '../../../services/agents/deployments.ts#DeploymentView',
      DeploymentEvent: '../../../services/agents/feeds.ts#DeploymentEventView',
      Transcript: '../../../services/agents/transcripts.ts#Transcript as TranscriptSource',
      TranscriptThread: '../../../services/agents/transcripts.ts#TranscriptThread as TranscriptThreadSource',
      Conversation: '../../../upstream/quantconnect/model.ts#Conversation as ConversationSource',
      ConversationMessage:
        '../../../upstream/quantconnect/model.ts#ConversationMessage as ConversationMessageSource',
      MessagePart: '../../../upstream/quantconnect/model.ts#MessagePart as MessagePartSource',
      ActiveDeployment: '../../../services/agents/tasks.ts#ActiveDeploymentView',
      DeploymentEventConnection: '../../../services/agents/feeds.ts#EventPage',
      TextPart: '../resolver-types.ts#TextSource',
      ReasoningPart: '../resolver-types.ts#TextSource',
      ToolPart: '../resolver-types.ts#ToolSource',
      OtherPart: '../resolver-types.ts#OtherSource',
      ChainedAgent: '../resolver-types.ts#ChainedAgentSource',
      SubAgent: '../resolver-types.ts#SubAgentSource',
      AiTask: '../../../services/ai-tasks/reads.ts#AiTaskView',
      AiTaskListSummary: '../../../services/ai-tasks/lists.ts#AiTaskListSummaryView',
      AiTaskRun: '../../../services/ai-task-runs/task-runs.ts#AiTaskRunView',
      AiTaskListRun: '../resolver-types.ts#AiTaskListRunSource',
    },
  },
});

const text = `// Written by \`npm run codegen\` from schema.graphql; do not edit.\n${generated}`;
if (process.argv.includes('--check')) {
  if ((await readFile(FILE, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(`${FILE} is out of date: run npm run codegen\n`);
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, text);
}
