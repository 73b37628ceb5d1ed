import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { describeStatus, objectIn } from '../answers.ts';
import { type Assumption, broken, HELD, held, heldUnless, Undecided } from '../assumption.ts';
import { formOf, shapeOf, shownWord, typeName } from '../shapes.ts';
import { objectsOf, type QuantConnectEvidence } from './evidence.ts';

const PART_TYPE =
  /^(text|reasoning|step-start|dynamic-tool|tool-.+|file|source-url|source-document|data-.+)$/;
const STATES: ReadonlySet<string> = new Set([
  'streaming',
  'done',
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
]);
const ROLES: ReadonlySet<string> = new Set(['user', 'assistant', 'system']);

function isTool({ type }: JsonObject): boolean {
  return typeof type === 'string' && /^(dynamic-tool|tool-.+)$/.test(type);
}

function judgeParts(evidence: QuantConnectEvidence) {
  const shown = (word: unknown): string =>
    typeof word === 'string' ? shownWord(word, evidence.isValue) : `a ${typeName(word)}`;
  const roles = evidence
    .messages()
    .flatMap(({ role }) => (ROLES.has(String(role)) ? [] : [`role ${shown(role)}`]));
  const parts = evidence
    .parts()
    .flatMap(({ type, state }) => [
      ...(PART_TYPE.test(String(type)) ? [] : [`type ${shown(type)}`]),
      ...(state === undefined || state === null || STATES.has(String(state))
        ? []
        : [`state ${shown(state)}`]),
    ]);
  return heldUnless([...roles, ...parts], 'new');
}

function judgeOutputs(evidence: QuantConnectEvidence) {
  const outputs = evidence
    .parts()
    .filter((part) => isTool(part) && part.state === 'output-available')
    .map(({ output }) => output);
  if (outputs.length === 0) throw new Undecided('no tool has an output');
  const odd = outputs.filter(
    (output) => !isJsonObject(output) || !('structuredContent' in output || 'content' in output),
  );
  return heldUnless(odd.map((output) => shapeOf(output, evidence.isValue)));
}

function judgeQueued(evidence: QuantConnectEvidence) {
  const answer = evidence.of('conversation/read of a queued deployment');
  if (answer.status !== 200) throw new Undecided(`the read answered ${describeStatus(answer)}`);
  const value = objectIn(answer)?.conversation;
  if (value === undefined) return held('it is missing');
  const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
  return isEmpty ? held(`it is ${shapeOf(value, evidence.isValue)}`) : broken(`it is a ${typeName(value)}`);
}

function judgeCallables(evidence: QuantConnectEvidence) {
  const conversation = evidence.member('conversation/read', 'conversation');
  if (!isJsonObject(conversation)) throw new Undecided('there is no conversation to look at');
  const { agents } = conversation;
  const hasThread = objectsOf(agents).some(({ callableId }) => typeof callableId === 'string');
  if (!hasThread) {
    if (objectsOf(evidence.agentOfTask?.subAgents).length === 0)
      throw new Undecided('no deployment of an agent with sub-agents was read');
    return broken(`\`agents\` is ${shapeOf(agents, evidence.isValue)}`);
  }
  const answer = evidence.of('conversation/read of a thread');
  const isThread = answer.status === 200 && isJsonObject(objectIn(answer)?.conversation);
  return isThread ? HELD : broken(`the thread answers ${describeStatus(answer)}`);
}

function judgeMessageTimes(evidence: QuantConnectEvidence) {
  const times = evidence
    .messages()
    .flatMap(({ time }) => (time === undefined || time === null ? [] : [time]));
  if (times.length === 0) throw new Undecided('no message has a time');
  const forms = [...new Set(times.map(formOf))].join(', ');
  return times.every((time) => typeof time === 'string') ? held(forms) : broken(forms);
}

/** Conversations (docs/upstream/quantconnect.md, Conversations). */
export const CONVERSATION_ASSUMPTIONS: readonly Assumption<QuantConnectEvidence>[] = [
  {
    id: 'conversation-absent',
    statement: 'A queued deployment has no conversation: it is missing, null or `[]`',
    judge: judgeQueued,
  },
  {
    id: 'message-time',
    statement: 'The `time` of a message is a text; its form is not published',
    judge: judgeMessageTimes,
  },
  {
    id: 'unknown-parts',
    statement: 'Types of parts, states and roles are those of the page',
    judge: judgeParts,
  },
  {
    id: 'tool-output-shape',
    statement: 'The output of a tool is an MCP result: it has `structuredContent` or `content`',
    judge: judgeOutputs,
  },
  {
    id: 'callable-ids',
    statement:
      "A sub-agent's thread is named by `callableId` in the conversation's `agents`, and can be read with it",
    judge: judgeCallables,
  },
];
