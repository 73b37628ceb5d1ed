import type { Program } from './programs.ts';
import type { Target } from './targets.ts';

/** How long and how large: the default run, what a developer asks for, or the smoke. */
export interface Sizes {
  rounds: number;
  seconds: number;
  warmSeconds: number;
  connections: number;
  users: number;
  sockets: number;
  idleSockets: number;
  topics: number;
  bursts: number;
  workerSeconds: number;
  settleSeconds: number;
  /** Organizations, and unfinished deployments in each. */
  crowds: { organizations: number; deployments: number }[];
  events: number;
  starts: number;
  restSeconds: number;
}

/** What all parts of the benchmark share. */
export interface Bench {
  sizes: Sizes;
  targets: Target[];
  /** The fake upstream of reads, and its address. */
  upstream: Program;
  upstreamUrl: string;
  /** The rows that were asked for. */
  rows: ReadonlySet<string>;
  /** Profile as well. */
  profiles: boolean;
  /** Answers are checked, nothing is judged by time. */
  isSmoke: boolean;
  say(line: string): void;
}
