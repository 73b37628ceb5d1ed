import type { JsonObject } from '../../lib/json.ts';
import { classifyStatus } from '../../upstream/quantconnect/status.ts';
import { objectIn } from '../answers.ts';
import { type Assumption, HELD, heldUnless, Undecided } from '../assumption.ts';
import { looseTypesIn, type PlainTypes } from '../loose-types.ts';
import { formOf, shapeOf, shownWord } from '../shapes.ts';
import { objectsOf, type QuantConnectEvidence } from './evidence.ts';

type QuantConnectAssumption = Assumption<QuantConnectEvidence>;

/** The objects of a kind, none when it could not be read. */
function gatherOrNone(kind: () => JsonObject[]): JsonObject[] {
  try {
    return kind();
  } catch (error) {
    if (error instanceof Undecided) return [];
    throw error;
  }
}

/** Objects of several kinds. @throws Undecided when there are none */
function gather(what: string, ...kinds: (() => JsonObject[])[]): JsonObject[] {
  const objects = kinds.flatMap(gatherOrNone);
  if (objects.length === 0) throw new Undecided(`there is no ${what} to look at`);
  return objects;
}

/** Every word in place of a deployment's status. */
function statusesOf(evidence: QuantConnectEvidence): string[] {
  const words = [
    ...gather(
      'deployment',
      () => evidence.deployments(),
      () => evidence.tasks().flatMap(({ status }) => objectsOf(status)),
      () => evidence.conversations().map(({ aggregateStatus }) => ({ status: aggregateStatus })),
    ).map(({ status }) => status),
  ].filter((word) => typeof word === 'string' && word !== '');
  if (words.length === 0) throw new Undecided('there is no deployment to look at');
  return words as string[];
}

/** An assumption about the words of one member. */
function vocabulary(
  id: string,
  statement: string,
  isKnown: (word: string) => boolean,
  wordsOf: (evidence: QuantConnectEvidence) => unknown[],
): QuantConnectAssumption {
  return {
    id,
    statement,
    judge(evidence) {
      const words = wordsOf(evidence).filter((word) => typeof word === 'string' && word !== '') as string[];
      if (words.length === 0) throw new Undecided('there is no such word to look at');
      const unknown = words.filter((word) => !isKnown(word));
      return heldUnless(
        unknown.map((word) => shownWord(word, evidence.isValue)),
        'new',
      );
    },
  };
}

const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const TIMES = ['created', 'updated', 'started', 'ended', 'lastDeploymentTime'];
/** The upstream's clock may differ that much from the one of its database. */
const CLOCK_TOLERANCE_MS = 120_000;

function judgeTimes(evidence: QuantConnectEvidence) {
  const objects = gather(
    'object with a time',
    () => evidence.agents(),
    () => evidence.tasks(),
    () => evidence.deployments(),
  );
  const latestMs = Math.max(
    ...evidence.all().map(({ answer }) => Date.parse(answer.header('date') ?? '') || answer.headersAtMs),
  );
  const findings = objects.flatMap((object) =>
    TIMES.flatMap((name) => {
      const value = object[name];
      if (value === undefined || value === null || value === '') return [];
      if (typeof value !== 'string' || !TIME.test(value)) return [`\`${name}\` is ${formOf(value)}`];
      const isLater = Date.parse(`${value.replace(' ', 'T')}Z`) > latestMs + CLOCK_TOLERANCE_MS;
      return isLater ? [`\`${name}\` is in the future when read as UTC`] : [];
    }),
  );
  return heldUnless(findings);
}

/** Members whose contents are not published, and what they are. */
const UNPUBLISHED: readonly [name: string, isList: boolean][] = [
  ['agents', true],
  ['notificationTargets', true],
  ['chatMessages', true],
  ['agentProperties', false],
  ['notifications', true],
  ['upcomingDeployments', true],
];

export const UNPUBLISHED_MEMBERS: readonly string[] = UNPUBLISHED.map(([name]) => name);

function judgeUnpublished(evidence: QuantConnectEvidence) {
  const objects = gather(
    'task or conversation',
    () => evidence.tasks(),
    () => evidence.conversations(),
  );
  const seen = objects.flatMap((object) =>
    UNPUBLISHED.flatMap(([name, isList]) => {
      const value = object[name];
      const isNone = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
      const fits =
        isNone || (isList ? Array.isArray(value) : typeof value === 'object' && !Array.isArray(value));
      return isNone ? [] : [{ fits, text: `\`${name}\`: ${shapeOf(value, evidence.isValue)}` }];
    }),
  );
  const odd = seen.filter(({ fits }) => !fits);
  if (odd.length > 0) return heldUnless(odd.map(({ text }) => text));
  if (seen.length === 0) throw new Undecided('all of them are empty');
  return { ...HELD, detail: [...new Set(seen.map(({ text }) => text))].slice(0, 6).join('; ') };
}

const PLAIN_TYPES: PlainTypes = {
  numbers: new Set([
    'agentId',
    'taskId',
    'projectId',
    'versionId',
    'userId',
    'lastDeploymentId',
    'maxTurns',
    'step',
    'callableCount',
    'inputTokens',
    'outputTokens',
  ]),
  booleans: new Set(['success', 'public', 'useQCC']),
  lists: new Set([
    'agents',
    'tasks',
    'tools',
    'mcpTools',
    'chainedAgents',
    'subAgents',
    'messages',
    'errors',
  ]),
  free: new Set(['messages', 'agentProperties', 'chatMessages', 'notifications', 'outputSchema', 'debug']),
};

function judgeLooseTypes(evidence: QuantConnectEvidence) {
  const answers = evidence.all().flatMap(({ answer }) => (answer.status === 200 ? [objectIn(answer)] : []));
  if (answers.length === 0) throw new Undecided('nothing was answered');
  const ids = ['agents', 'tasks'] as const;
  const idTexts = ids.flatMap((kind) =>
    gatherOrNone(() => evidence[kind]()).flatMap(({ id }) =>
      typeof id === 'string' ? [`\`id\` of ${kind} is text`] : [],
    ),
  );
  return heldUnless([...answers.flatMap((answer) => looseTypesIn(answer, PLAIN_TYPES)), ...idTexts]);
}

/** Agents, tasks and deployments (docs/upstream/quantconnect.md, Agents, and below). */
export const OBJECT_ASSUMPTIONS: readonly QuantConnectAssumption[] = [
  vocabulary(
    'status-vocabulary',
    'Each status of a deployment is one of the words of the page, compared by its letters',
    (word) => classifyStatus(word) !== 'UNKNOWN',
    statusesOf,
  ),
  vocabulary(
    'effort-vocabulary',
    '`reasoningEffort` is low, medium or high',
    (word) => ['low', 'medium', 'high'].includes(word.toLowerCase()),
    (evidence) => evidence.agents().map(({ reasoningEffort }) => reasoningEffort),
  ),
  vocabulary(
    'project-preference-open',
    '`projectPreference` is one of the two words of the page',
    (word) => ['project-each-task-deployment', 'project-for-task'].includes(word),
    (evidence) => evidence.tasks().map(({ projectPreference }) => projectPreference),
  ),
  {
    id: 'llm-key-on-read',
    statement: "`token` holds the agent's LLM key and its provider, or is null",
    judge(evidence) {
      const tokens = evidence
        .agents()
        .flatMap(({ token }) => (token === null || token === undefined ? [] : [token]));
      if (tokens.length === 0) throw new Undecided('no agent has an LLM key of its own');
      const odd = tokens.filter((token) => {
        const { llmApiTokenUser, llmProviderApi } = token as JsonObject;
        return typeof llmApiTokenUser !== 'string' || typeof llmProviderApi !== 'string';
      });
      return heldUnless(odd.map((token) => shapeOf(token, evidence.isValue)));
    },
  },
  {
    id: 'loose-types',
    statement: 'Numbers are no texts, booleans no numbers, and lists are arrays',
    judge: judgeLooseTypes,
  },
  {
    id: 'times-are-utc',
    statement: 'Times read `YYYY-MM-DD HH:MM:SS`, and none is in the future when it is taken for UTC',
    judge: judgeTimes,
  },
  {
    id: 'unpublished-objects',
    statement:
      '`agents`, `notificationTargets`, `chatMessages`, `notifications`, `upcomingDeployments` are lists, `agentProperties` an object',
    judge: judgeUnpublished,
  },
];
