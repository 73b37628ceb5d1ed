import type { GraphQLClient } from '../../support/client.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { queries, type Read, routes, subscriptions } from '../tables/reads.ts';
import { bootCanaryUsers, type CanaryUser } from '../worlds/canary-users.ts';
import { type Ask, openGraphQLDoors } from '../worlds/graphql-doors.ts';

/** How often each user asks in each case, all at the same time. */
const ROUNDS = 6;

/** Asks as one user and returns the answer as text. */
type Question = (user: CanaryUser) => Promise<string>;

/** Two users with equal ids upstream ask for everything at the same time; nothing of one reaches the other. */
export const isolation: AuditKind = {
  name: 'isolation',
  meaning:
    'of two users with equal ids who ask for the same at the same time, neither gets a word of the other',
  async open(stack) {
    const { users } = await bootCanaryUsers(stack);
    const doors = new Map<CanaryUser, Record<string, Ask>>();
    for (const user of users) {
      const opened = await openGraphQLDoors(user.client);
      stack.defer(opened.close);
      doors.set(user, opened.doors);
    }
    const [ada, bob] = users;
    const names = Object.keys(doors.get(ada) ?? {});
    const live = names.filter((by) => /stream|socket/.test(by));

    const asking =
      (by: string, { query, takes = [] }: Read): Question =>
      async (user) => {
        const ids = user.ids as unknown as Record<string, string>;
        const variables = Object.fromEntries(takes.map((name) => [name, ids[name]]));
        return JSON.stringify(await doors.get(user)?.[by]?.({ query, variables }));
      };
    const questions: { title: string; question: Question; hasText: boolean }[] = [
      ...Object.entries(queries).flatMap(([name, read]) =>
        names.map((by) => ({
          title: `${name}, by ${by}`,
          question: asking(by, read),
          hasText: read.hasText,
        })),
      ),
      ...Object.entries(subscriptions).flatMap(([name, read]) =>
        live.map((by) => ({
          title: `subscription ${name}, by ${by}`,
          question: asking(by, read),
          hasText: read.hasText,
        })),
      ),
      ...Object.entries(routes).map(([path, hasText]) => ({
        title: `GET ${path}`,
        question: (user: CanaryUser) => textOf(user, path),
        hasText,
      })),
    ];

    const cases: AuditCase[] = questions.map(({ title, question, hasText }) => ({
      name: `${title}, asked by two users ${ROUNDS} times at once: nothing of the other`,
      attempt: () => crossing(users, Array(ROUNDS).fill(question), hasText),
    }));
    return {
      cases: [
        {
          name: 'the ids of both users, upstream: equal',
          attempt: async () => difference(bob.ids, ada.ids),
        },
        ...cases,
        {
          name: `all ${questions.length} reads, asked by two users at once: nothing of the other`,
          attempt: () =>
            crossing(
              users,
              questions.map(({ question }) => question),
              false,
            ),
        },
      ],
      controls: [
        {
          name: 'a user with the session of another',
          attempt: () =>
            crossing([ada, { ...ada, canary: bob.canary }], [(user) => textOf(user, '/v1/agents')], true),
        },
        {
          name: 'answers without a word of their owner',
          attempt: () => crossing(users, [async () => '{}'], true),
        },
      ],
    };
  },
};

async function textOf(
  { client, ids }: { client: GraphQLClient; ids: object },
  path: string,
): Promise<string> {
  const names = ids as Record<string, string>;
  const response = await client.request(
    path.replace(/\{(\w+)\}/, (_all, name: string) => names[name] ?? name),
  );
  return `${response.status} ${await response.text()}`;
}

/** Both users ask everything at the same time. */
async function crossing(
  users: readonly CanaryUser[],
  questions: readonly Question[],
  hasText: boolean,
): Promise<string | undefined> {
  const answers = await Promise.all(
    questions.flatMap((question) =>
      users.map(async (user) => ({ user, text: (await question(user)).toLowerCase() })),
    ),
  );
  for (const { user, text } of answers) {
    const foreign = users.find(({ canary }) => canary !== user.canary && text.includes(canary));
    if (foreign) return `an answer to ${user.canary} holds ${foreign.canary}: ${text.slice(0, 300)}`;
    if (/^\{"errors":|"errors":\[\{"message"|^[45]\d\d /.test(text))
      return `it was refused: ${text.slice(0, 300)}`;
    if (hasText && !text.includes(user.canary))
      return `an answer to ${user.canary} lacks it: ${text.slice(0, 300)}`;
  }
  return undefined;
}
