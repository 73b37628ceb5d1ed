import { bootGateway } from '../../support/gateway.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { type HostileDocument, hostileDocuments, nested } from '../tables/documents.ts';
import { openGraphQLDoors } from '../worlds/graphql-doors.ts';

/** Words of an answer that help to guess the schema. */
const HINTS = /did you mean "\w+"/i;

/** Each hostile document through each door of GraphQL: the same code, nothing executed, no hint. */
export const documents: AuditKind = {
  name: 'hostile documents',
  meaning: 'each is refused by each of the five doors with the same code, before anything is executed',
  async open(stack) {
    const gateway = stack.use(
      await bootGateway({ polls: false, env: { INTROSPECTION: 'off', REQUEST_RATE: 'off' } }),
    );
    const ada = await gateway.signUpWithCredential();
    const { doors, close } = await openGraphQLDoors(ada);
    stack.defer(close);
    gateway.simulator.calls.reset();

    const caseOf = ({ title, code, ...message }: HostileDocument, by: string): AuditCase => ({
      name: `a document ${title}, by ${by}: ${code}`,
      async attempt() {
        const answer = await doors[by]?.(message);
        const codes = (answer?.errors ?? []).map(({ extensions }) => extensions?.code);
        if (answer?.data) return `it was executed: ${JSON.stringify(answer).slice(0, 200)}`;
        if (HINTS.test(JSON.stringify(answer)))
          return `the answer hints at the schema: ${JSON.stringify(answer)}`;
        if (gateway.simulator.calls.count() > 0) return 'it reached an upstream';
        return difference([...new Set(codes)], [code]);
      },
    });

    const allowed = { title: 'of 10 nested fields', query: nested(10) };
    return {
      cases: hostileDocuments.flatMap((document) => Object.keys(doors).map((by) => caseOf(document, by))),
      controls: Object.keys(doors).map((by) => caseOf({ ...allowed, code: 'GRAPHQL_LIMIT_EXCEEDED' }, by)),
    };
  },
};
