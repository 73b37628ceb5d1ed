/** The command line of the benchmark. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Sizes } from './bench.ts';

const ROWS = ['W1', 'W2', 'W3', 'R1', 'R2', 'observed', 'push', 'worker', 'log', 'start'] as const;

export const USAGE = `npm run bench -- [options]

  --rows W1,W2,push   only these of ${ROWS.join(', ')}
  --rounds N          rounds of the requests (3)
  --seconds N         length of a sample of the requests (3)
  --users N           users in rotation (300)
  --sockets N         sockets of the push (5000)
  --postgres          the gateway on PostgreSQL and Redis as well
  --variant NAME=DIR  another checkout beside this one, in the same run; may be repeated
  --prof              a CPU profile of each row, by layer
  --large             100,000 unfinished deployments of 1,000 organizations as well
  --smoke             everything for a moment: answers are checked, nothing is timed
  --out FILE          write the tables there; a run of all rows without variants writes bench/RESULTS.md
`;

export interface Options {
  rows: Set<string>;
  sizes: Sizes;
  hasPostgres: boolean;
  variants: { name: string; dir: string }[];
  profiles: boolean;
  isSmoke: boolean;
  out: string | undefined;
}

const DEFAULTS: Sizes = {
  rounds: 3,
  seconds: 3,
  warmSeconds: 1,
  connections: 50,
  users: 300,
  sockets: 5_000,
  idleSockets: 10_000,
  topics: 100,
  bursts: 12,
  workerSeconds: 20,
  settleSeconds: 10,
  crowds: [
    { organizations: 100, deployments: 100 },
    { organizations: 1_000, deployments: 10 },
  ],
  events: 10_000,
  starts: 5,
  restSeconds: 4,
};
const LARGE = { organizations: 1_000, deployments: 100 };

const SMOKE: Sizes = {
  rounds: 1,
  seconds: 0.1,
  warmSeconds: 0.02,
  connections: 4,
  users: 4,
  sockets: 40,
  idleSockets: 40,
  topics: 4,
  bursts: 2,
  workerSeconds: 0.5,
  settleSeconds: 0.1,
  crowds: [{ organizations: 4, deployments: 4 }],
  events: 200,
  starts: 1,
  restSeconds: 0.1,
};

/** @returns undefined when the usage was asked for */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: ROWS.join(',') },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      users: { type: 'string' },
      sockets: { type: 'string' },
      postgres: { type: 'boolean', default: false },
      variant: { type: 'string', multiple: true, default: [] },
      prof: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const rows = new Set(values.rows.split(','));
  const unknown = [...rows].filter((row) => !(ROWS as readonly string[]).includes(row));
  if (unknown.length > 0) throw new Error(`unknown rows: ${unknown.join(', ')}`);
  const sizes = values.smoke ? SMOKE : DEFAULTS;
  const isWhole = rows.size === ROWS.length && values.variant.length === 0 && !values.smoke;
  return {
    rows,
    sizes: {
      ...sizes,
      rounds: numberOr(sizes.rounds, values.rounds),
      seconds: numberOr(sizes.seconds, values.seconds),
      users: numberOr(sizes.users, values.users),
      sockets: numberOr(sizes.sockets, values.sockets),
      crowds: values.large ? [...sizes.crowds, LARGE] : sizes.crowds,
    },
    hasPostgres: values.postgres,
    variants: values.variant.map(readVariant),
    profiles: values.prof,
    isSmoke: values.smoke,
    out: values.out ?? (isWhole ? resolve(import.meta.dirname, '../RESULTS.md') : undefined),
  };
}

function numberOr(preset: number, text: string | undefined): number {
  const value = text === undefined ? preset : Number(text);
  if (!(value > 0)) throw new Error(`${text} is not a number above 0`);
  return value;
}

function readVariant(text: string): { name: string; dir: string } {
  const [name = '', dir] = text.split('=');
  if (dir === undefined) throw new Error(`--variant ${text}: expected NAME=DIR`);
  return { name, dir: resolve(dir) };
}
