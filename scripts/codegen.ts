/**
 * Writes the types of the GraphQL resolvers, and the typed documents of the client package and of the console, from `schema.graphql`:
 * `npm run codegen`. With `--check` it only checks that they are up to date.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { buildASTSchema, parse } from 'graphql';

const FILE = 'src/http/graphql/generated/resolvers.ts';

/** Where the operations of a package are, and from where its documents take the type of a document. */
interface Documents {
  operations: string;
  folder: string;
  typeImport: string;
}

const CLIENT: Documents = {
  operations: 'packages/client/src/operations',
  folder: 'packages/client/src/generated/',
  // The types of a document are a part of the package, so that it needs no other for them.
  typeImport: "{ DocumentTypeDecoration } from '../typed-document.ts'",
};
const CONSOLE: Documents = {
  operations: 'packages/console/src/operations',
  folder: 'packages/console/src/generated/',
  typeImport: "{ TypedDocument as DocumentTypeDecoration } from '@quantgate/client'",
};

const schema = parse(await readFile('schema.graphql', 'utf8'));
const scalars = { ID: 'string', DateTime: 'string', JSON: 'unknown', SafeInt: 'number' };

/** The typed documents of a package. */
async function writeDocuments({ operations, folder, typeImport }: Documents): Promise<string> {
  const names = (await readdir(operations)).sort();
  const documents = await Promise.all(
    names.map(async (location) => {
      const rawSDL = await readFile(`${operations}/${location}`, 'utf8');
      return { location, rawSDL, document: parse(rawSDL) };
    }),
  );
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: folder,
    schema,
    schemaAst: buildASTSchema(schema),
    documents,
    config: { documentMode: 'string', useTypeImports: true, enumsAsTypes: true, scalars },
    presetConfig: { fragmentMasking: false },
    plugins: [],
    pluginMap: {},
  } as unknown as Parameters<typeof preset.buildGeneratesSection>[0]);
  const section = sections.find(({ filename }) => filename.endsWith('/graphql.ts'));
  if (section === undefined) throw new Error('the client preset writes no graphql.ts');
  const text = await codegen(section);
  return text.replace("{ DocumentTypeDecoration } from '@graphql-typed-document-node/core'", typeImport);
}

const resolverTypes = await codegen({
  filename: FILE,
  schema,
  documents: [],
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
  config: {
    useTypeImports: true,
    enumsAsTypes: true,
    avoidOptionals: { field: true },
    scalars,
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
      Budget: '../../../services/usage/budgets.ts#BudgetView',
      Usage: '../../../services/usage/usage.ts#UsageView',
      AiTask: '../../../services/ai-tasks/reads.ts#AiTaskView',
      AiTaskListSummary: '../../../services/ai-tasks/lists.ts#AiTaskListSummaryView',
      AiTaskRun: '../../../services/ai-task-runs/task-runs.ts#AiTaskRunView',
      AiTaskListRun: '../resolver-types.ts#AiTaskListRunSource',
    },
  },
});

const written = {
  [FILE]: resolverTypes,
  [`${CLIENT.folder}graphql.ts`]: await writeDocuments(CLIENT),
  [`${CONSOLE.folder}graphql.ts`]: await writeDocuments(CONSOLE),
};
for (const [file, generated] of Object.entries(written)) {
  const text = `// Written by \`npm run codegen\` from schema.graphql; do not edit.\n${generated}`;
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(`${file} is out of date: run npm run codegen\n`);
    process.exitCode = 1;
  }
}
