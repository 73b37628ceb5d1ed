import { setTimeout as pause } from 'node:timers/promises';
import type { Outage } from './upstream-faults.ts';
import type { User } from './user.ts';

/** One read of a client that has a valid token. */
export interface Probe extends Outage {
  /** Why it failed; undefined for an answer. */
  code: string | undefined;
}

/** Reads that need nothing but the gateway and its database. */
export interface Probes {
  all: Probe[];
  /** Starts no more reads, and waits for those under way. */
  stop(): Promise<void>;
}

const READ = '{ page: deploymentEvents(first: 1) { nodes { id } } }';

/** Pause between two reads of one user. */
const PAUSE_MS = 500;

/** Each user reads about twice a second, each time over a connection of its own. */
export function startProbes(users: readonly User[]): Probes {
  const all: Probe[] = [];
  let isOver = false;

  const readRepeatedly = async (user: User): Promise<void> => {
    while (!isOver) {
      // A sign-in is no part of the read.
      await user.token();
      const fromMs = Date.now();
      const answer = await user.ask(READ, {});
      all.push({ fromMs, toMs: Date.now(), code: 'code' in answer ? answer.code : undefined });
      await pause(PAUSE_MS);
    }
  };

  const reading = Promise.all(users.map(readRepeatedly));
  return {
    all,
    async stop() {
      isOver = true;
      await reading;
    },
  };
}

/** The share of reads outside all disturbances that were answered, and the codes of those that were not. */
export function availabilityOf(
  probes: readonly Probe[],
  disturbances: readonly Outage[],
): { share: number; reads: number; failures: string[] } {
  const judged = probes.filter(({ fromMs, toMs }) =>
    disturbances.every((disturbance) => toMs < disturbance.fromMs || fromMs > disturbance.toMs),
  );
  const failures = judged.flatMap(({ code }) => code ?? []);
  const share = judged.length === 0 ? 1 : 1 - failures.length / judged.length;
  return { share, reads: judged.length, failures };
}
