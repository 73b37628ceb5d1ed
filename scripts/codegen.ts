/**
 * Writes the types of the GraphQL resolvers from `schema.graphql`: `npm run codegen`. With `--check` it
 * only tells whether they are up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const FILE = 'src/http/graphql/generated.ts';

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
    scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown' },
    contextType: './context.ts#GraphQLContext',
    mappers: {
      Viewer: '../../viewer.ts#Viewer as ViewerSource',
      Credential: '../../services/credentials.ts#CredentialView',
      Agent: '../../services/agents.ts#AgentView',
      AgentTask: '../../services/tasks.ts#TaskView',
      AiTaskGraph: '../../services/ai-tasks.ts#AiTaskGraphView',
      AiTaskNode: './sources.ts#AiTaskNodeSource',
      Deployment: '../../services/deployments.ts#DeploymentView',
      DeploymentEvent: '../../store/schema.ts#EventRow',
      Conversation: '../../upstream/quantconnect/model.ts#Conversation as ConversationSource',
      ConversationMessage:
        '../../upstream/quantconnect/model.ts#ConversationMessage as ConversationMessageSource',
      MessagePart: '../../upstream/quantconnect/model.ts#MessagePart as MessagePartSource',
      ActiveDeployment: '../../services/tasks.ts#ActiveDeploymentView',
      DeploymentEventConnection: '../../services/feeds.ts#EventPage',
      TextPart: './sources.ts#TextSource',
      ReasoningPart: './sources.ts#TextSource',
      ToolPart: './sources.ts#ToolSource',
      OtherPart: './sources.ts#OtherSource',
      ChainedAgent: './sources.ts#ChainedAgentSource',
      SubAgent: './sources.ts#SubAgentSource',
      AiTask: '../../services/ai-task-view.ts#AiTaskView',
      AiTaskRun: '../../services/ai-task-runs.ts#AiTaskRunView',
      AiTaskListRun: './sources.ts#AiTaskListRunSource',
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
