import { parseArgs } from 'node:util';
import { BREAKS, type Break } from './breaks.ts';

/** The options of a run. */
export interface Options {
  minutes: number;
  seed: number;
  /** The guarantee that is removed, to prove that the run detects it. */
  broken: Break | undefined;
  subscribers: number;
  deployments: number;
  /** Keep the folder of the run also if it passes. */
  keep: boolean;
}

const USAGE = `node test/chaos/run.ts [--minutes 3] [--seed 1] [--break ${Object.keys(BREAKS).join('|')}]
  [--subscribers 200] [--deployments 50] [--keep]`;

/** @throws Error that names the wrong option and the usage */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      minutes: text,
      seed: text,
      break: text,
      subscribers: text,
      deployments: text,
      keep: { type: 'boolean', default: false },
    },
  });
  const positive = (name: 'minutes' | 'seed' | 'subscribers' | 'deployments', otherwise: number): number => {
    const value = Number(values[name] ?? otherwise);
    if (value > 0) return value;
    throw new Error(`--${name} must be a number above 0\n${USAGE}`);
  };
  const isBreak = (name: string | undefined): name is Break | undefined =>
    name === undefined || Object.hasOwn(BREAKS, name);
  if (!isBreak(values.break)) throw new Error(`There is no --break ${values.break}\n${USAGE}`);
  return {
    minutes: positive('minutes', 3),
    seed: positive('seed', 1),
    broken: values.break,
    subscribers: positive('subscribers', 200),
    deployments: positive('deployments', 50),
    keep: values.keep,
  };
}
