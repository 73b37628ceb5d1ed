/** What the gateway remembers between requests, and how often it was there: counted by calls of its functions. */
import type { Calls } from '../programs/probe.ts';
import { figure, sum, table } from './figures.ts';

/** A function that asks for a remembered thing, and the one that is called when it is not there. */
const REMEMBERED = [
  { what: 'claims of an access token', file: 'src/auth/tokens.ts', ask: 'verify', miss: 'readClaims' },
  {
    what: 'session and user of a token',
    file: 'src/services/identity/authenticate.ts',
    ask: '',
    miss: 'load',
  },
  {
    what: 'credential that serves',
    file: 'src/services/common/connections.ts',
    ask: 'open',
    miss: 'load',
  },
  { what: 'opened secret', file: 'src/vault/opened-secrets.ts', ask: 'open', miss: 'load' },
  {
    what: 'checked GraphQL document',
    file: 'src/http/graphql/documents/prepare.ts',
    ask: 'documentOf',
    miss: 'parseWithin',
  },
];

/** @param samples the calls during a sample of each request, and how many were answered */
export function rememberedTable(samples: readonly { name: string; calls: Calls; answers: number }[]): string {
  const rows = REMEMBERED.map(({ what, file, ask, miss }) => [
    what,
    ...samples.map(({ calls, answers }) => {
      const functions = calls.find((one) => one.file === file)?.functions ?? [];
      const count = (name: string) =>
        sum(functions.filter((one) => one.name === name).map((one) => one.count));
      const asked = ask === '' ? answers : count(ask);
      return asked === 0 ? '-' : `${figure(100 * (1 - count(miss) / asked), 1)} % of ${asked}`;
    }),
  ]);
  return table(['remembered: found when it was asked for', ...samples.map(({ name }) => name)], rows);
}
