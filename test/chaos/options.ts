import { parseArgs } from 'node:util';
import { BREAKS, type Break } from './breaks.ts';
import { FAULT_KINDS, type FaultKind } from './plan.ts';

/** The options of a run. */
export interface Options {
  minutes: number;
  seed: number;
  /** The guarantees that are removed, to prove that the run detects it. */
  broken: readonly Break[];
  /** The kinds of faults that happen; undefined: all. */
  only: readonly FaultKind[] | undefined;
  subscribers: number;
  deployments: number;
  /** Keep the folder of the run also if it passes. */
  keep: boolean;
}

const USAGE = `node test/chaos/run.ts [--minutes 3] [--seed 1] [--break ${Object.keys(BREAKS).join(',')}]
  [--only kind,kind] [--subscribers 200] [--deployments 50] [--keep]
  kinds of faults: ${FAULT_KINDS.join(', ')}`;

/** @throws Error that names the wrong option and the usage */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      minutes: text,
      seed: text,
      break: text,
      only: text,
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
  const isBreak = (name: string): name is Break => Object.hasOwn(BREAKS, name);
  const broken = values.break?.split(',') ?? [];
  const unknownBreak = broken.find((name) => !isBreak(name));
  if (unknownBreak !== undefined) throw new Error(`There is no --break ${unknownBreak}\n${USAGE}`);
  const isFaultKind = (name: string): name is FaultKind => FAULT_KINDS.includes(name as FaultKind);
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !isFaultKind(name));
  if (unknown !== undefined) throw new Error(`There is no fault ${unknown}\n${USAGE}`);
  return {
    only: only?.filter(isFaultKind),
    minutes: positive('minutes', 3),
    seed: positive('seed', 1),
    broken: broken.filter(isBreak),
    subscribers: positive('subscribers', 200),
    deployments: positive('deployments', 50),
    keep: values.keep,
  };
}
