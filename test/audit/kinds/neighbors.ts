import { seededAccount } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { inLoops } from '../../support/neighbor.ts';
import { otherAccount, signUpSecondUser } from '../../support/second-user.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { openGraphQLDoors } from '../worlds/graphql-doors.ts';

/** Requests of the neighbor in each case. */
const REQUESTS = 4;
/** Loops of the other user. */
const LOOPS = 8;

/** What one user does again and again. */
interface Disturbance {
  title: string;
  /** The user whose calls the upstream spoils; none: it answers all. */
  spoils?: string;
  fault?: 'hang' | 'status503' | 'reset';
  act(user: GraphQLClient): Promise<unknown>;
}

const CYCLE = '{ tasks { agent { tasks { agent { tasks { agent { tasks { id } } } } } } } }';

function graphql(query: string): Disturbance['act'] {
  return (user) => user.graphql(query);
}

function saving(user: GraphQLClient): Promise<unknown> {
  return user.graphql(
    'mutation ($input: QuantConnectCredentialInput!) { saveQuantConnectCredential(input: $input) { id } }',
    {
      input: {
        userId: seededAccount.userId,
        apiToken: '0'.repeat(64),
        organizationId: seededAccount.organizations[0]?.id,
      },
    },
  );
}

const mine = seededAccount.userId;
const DISTURBANCES: readonly Disturbance[] = [
  { title: 'asks for lists that lead back to themselves', act: graphql(CYCLE) },
  { title: 'sends documents that are not valid', act: graphql('{ a b c d e f g }') },
  {
    title: 'sends bodies of a megabyte',
    act: (user) =>
      user
        .request('/graphql', { method: 'POST', body: `{"query":"${'x'.repeat(1_100_000)}"}` })
        .then((answer) => answer.text()),
  },
  {
    title: 'reads while the upstream leaves their calls unanswered',
    spoils: mine,
    fault: 'hang',
    act: graphql('{ agents { id } }'),
  },
  {
    title: 'reads while the upstream answers their calls with 503',
    spoils: mine,
    fault: 'status503',
    act: graphql('{ agents { id } }'),
  },
  {
    title: 'reads while the upstream resets their connections',
    spoils: mine,
    fault: 'reset',
    act: graphql('{ agents { id } }'),
  },
  {
    title: 'offers credentials that the upstream leaves unanswered',
    spoils: mine,
    fault: 'hang',
    act: saving,
  },
  { title: 'offers credentials that are wrong', act: saving },
  { title: 'creates agents', act: graphql('mutation { createAgent(input: { name: "x" }) { id } }') },
];

/** While one user does what costs most, the requests of another one are answered. */
export const neighbors: AuditKind = {
  name: 'neighbors',
  meaning: 'while one user does what costs most, every request of another one is answered, and rightly',
  async open(stack) {
    const gateway = stack.use(
      await bootGateway({
        polls: false,
        env: { UPSTREAM_TIMEOUT: '2s', REQUEST_RATE: 'off', LOG_LEVEL: 'error' },
      }),
    );
    const ada = await gateway.signUpWithCredential();
    const bob = await signUpSecondUser(gateway);
    for (const user of [ada, bob]) await user.createTask();
    const doors = await openGraphQLDoors(bob);
    stack.defer(doors.close);
    const wanted = await doors.doors.POST?.({ query: '{ tasks { id name } viewer { email } }' });
    const reads: Record<string, () => Promise<string | undefined>> = Object.fromEntries(
      ['POST', 'a socket'].map((by) => [
        `by ${by}`,
        async () =>
          difference(
            (await doors.doors[by]?.({ query: '{ tasks { id name } viewer { email } }' }))?.data,
            wanted?.data,
          ),
      ]),
    );
    reads['over REST'] = async () => difference((await bob.request('/v1/tasks')).status, 200);

    const caseOf = (
      disturbance: Disturbance,
      by: string,
      read: () => Promise<string | undefined>,
    ): AuditCase => ({
      name: `a neighbor's reads ${by}, while another user ${disturbance.title}: answered`,
      attempt: () => beside(gateway, disturbance, ada, read),
    });
    const spoilt: Disturbance = {
      title: 'is spoilt together with them',
      spoils: otherAccount.userId,
      fault: 'status503',
      act: graphql('{ agents { id } }'),
    };
    return {
      cases: DISTURBANCES.flatMap((one) => Object.entries(reads).map(([by, read]) => caseOf(one, by, read))),
      controls: Object.entries(reads).map(([by, read]) => caseOf(spoilt, by, read)),
    };
  },
};

/** The neighbor reads while the other user is busy. */
async function beside(
  { simulator }: Gateway,
  { spoils, fault, act }: Disturbance,
  user: GraphQLClient,
  read: () => Promise<string | undefined>,
): Promise<string | undefined> {
  if (fault !== undefined) simulator.faults.add({ kind: fault, times: 'forever', match: { userId: spoils } });
  try {
    await using _busy = inLoops(LOOPS, () => act(user));
    for (let request = 0; request < REQUESTS; request += 1) {
      const wrong = await read();
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  } finally {
    simulator.faults.clear();
  }
}
