import { startSimulator } from '../../../simulator/index.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { heldBytes } from '../../support/held-memory.ts';
import { signUpSecondUserOfBoth } from '../../support/second-user.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { POISON_CANARY, type Poison, poisonedAnswers } from '../tables/poison.ts';
import { startFront } from '../worlds/front.ts';

/** What a poisoned answer may become. */
const TYPED: readonly ErrorCode[] = [
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_REJECTED',
];

/** All poison together may leave this much behind. */
const MAX_GROWTH_BYTES = 50_000_000;

/** One read of one upstream, and what it answers when nothing is wrong. */
interface Read {
  title: string;
  query: string;
  right(owner: string): unknown;
}

const READS: readonly Read[] = [
  {
    title: 'QuantConnect, to a list',
    query: '{ agents { name } }',
    right: (owner) => ({ agents: [{ name: `agent of ${owner}` }] }),
  },
  {
    title: 'QuantConnect, to one object',
    query: '{ agent(id: 1) { name } }',
    right: () => undefined,
  },
  {
    title: 'QuantCDN, to a list',
    query: '{ aiTasks { title } }',
    right: (owner) => ({ aiTasks: [{ title: `task of ${owner}` }] }),
  },
];

/** Poisoned answers of both upstreams: a typed error or a value, and the next call of both users works. */
export const poison: AuditKind = {
  name: 'poison',
  meaning: 'each answer becomes a typed error or a value, reaches no other user, and the next call works',
  async open(stack) {
    const simulator = await startSimulator({ pace: 'fast' });
    stack.defer(() => simulator.close());
    const front = stack.use(await startFront(() => `http://127.0.0.1:${simulator.port}`));
    const gateway = stack.use(
      await bootGateway({
        upstream: simulator,
        polls: false,
        env: {
          QUANTCONNECT_BASE_URL: `${front.url}/api/v2`,
          QUANTCDN_BASE_URL: front.url,
          UPSTREAM_TIMEOUT: '300ms',
          UPSTREAM_MAX_BYTES: '200kb',
          REQUEST_RATE: 'off',
        },
      }),
    );
    const [ada, bob] = [await gateway.signUpWithCredentials(), await signUpSecondUserOfBoth(gateway)];
    const ids = new Map([
      [ada, await plant(ada, 'Ada')],
      [bob, await plant(bob, 'Bob')],
    ]);
    const ask = (user: GraphQLClient, { query }: Read) =>
      user.graphql(query.replace('id: 1', `id: ${ids.get(user)}`));
    const wanted = ({ right }: Read, owner: string) =>
      right(owner) ?? { agent: { name: `agent of ${owner}` } };

    const caseOf = (
      { title, reply, mayBeValue, isRefusal }: Poison,
      read: Read,
      disarms = true,
    ): AuditCase => ({
      name: `an answer of ${read.title}, ${title}: ${mayBeValue ? 'a value or a typed error' : 'a typed error'}`,
      async attempt() {
        front.reply(reply);
        const answer = await ask(ada, read);
        if (disarms) front.reply(undefined);
        const next = async (user: GraphQLClient, owner: string) => {
          let answer = await ask(user, read);
          // A right answer that comes late, on a busy machine, is asked for again.
          for (let again = 0; again < 3 && codesOf(answer).includes('UPSTREAM_TIMEOUT'); again += 1)
            answer = await ask(user, read);
          return difference(answer.data ?? codesOf(answer), wanted(read, owner));
        };
        return (
          faultOf(answer, { mayBeValue, isRefusal }) ??
          after('the next call of the other user was', await next(bob, 'Bob')) ??
          after('the next call was', await next(ada, 'Ada'))
        );
      },
    });

    await heldBytes();
    const before = await heldBytes();
    const memory: AuditCase = {
      name: 'the memory of the process, after all poison: less than 50 MB more',
      async attempt() {
        const grown = (await heldBytes()) - before;
        return grown < MAX_GROWTH_BYTES ? undefined : `it grew by ${Math.round(grown / 1e6)} MB`;
      },
    };
    const named = { title: 'with a name of the attacker', mayBeValue: true };
    return {
      cases: [...poisonedAnswers.flatMap((one) => READS.map((read) => caseOf(one, read))), memory],
      controls: READS.flatMap((read) => [
        caseOf(
          {
            ...named,
            reply: (response, right) => void response.end(right.replace(/of Ada/g, POISON_CANARY)),
          },
          read,
        ),
        caseOf({ title: 'that stays poisoned', reply: (response) => void response.end('null') }, read, false),
      ]),
    };
  },
};

async function plant(user: GraphQLClient, owner: string): Promise<string> {
  const { agent } = await user.ask<{ agent: { id: string } }>(
    'mutation ($name: String!) { agent: createAgent(input: { name: $name }) { id } }',
    { name: `agent of ${owner}` },
  );
  await user.ask('mutation ($title: String!) { createAiTask(input: { title: $title }) { id } }', {
    title: `task of ${owner}`,
  });
  return agent.id;
}

function faultOf(
  answer: GraphQLAnswer,
  { mayBeValue, isRefusal }: Pick<Poison, 'mayBeValue' | 'isRefusal'>,
): string | undefined {
  const text = JSON.stringify(answer);
  if (text.includes(POISON_CANARY)) return `the attacker's text was passed on: ${text.slice(0, 200)}`;
  if ('polluted' in {}) return 'the prototype of all objects was changed';
  const codes = codesOf(answer);
  if (codes.length === 0)
    return mayBeValue && answer.data ? undefined : `it became a value: ${text.slice(0, 200)}`;
  const other = codes.filter((code) => !TYPED.includes(code) && !(isRefusal && code === 'NOT_FOUND'));
  return other.length === 0 ? undefined : `it became ${other.join(', ')}`;
}

function codesOf({ errors = [] }: GraphQLAnswer): ErrorCode[] {
  return errors.map(({ extensions }) => extensions.code as ErrorCode);
}

function after(what: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${what} ${problem}`;
}
