import { createRandom } from '../../simulator/random.ts';
import type { Reader } from './history.ts';
import { follow, overEventStream, overSocket, type SubscriberDeps } from './subscriber.ts';
import type { User } from './user.ts';

/** Everybody who listens. */
export interface Audience {
  readers: Reader[];
  /** A new deployment: somebody whose last one has ended follows it, if there is anybody. */
  offer(user: User, deploymentId: string): void;
  /** Resolves when all have left, after the run is over. */
  gone(): Promise<unknown>;
}

/** Every fifth uses event streams, all others sockets; every fourth follows one deployment after the other. */
export const seatAudience = (
  deps: SubscriberDeps,
  users: readonly User[],
  size: number,
  seed: number,
): Audience => {
  const readers: Reader[] = [];
  const listening: Promise<void>[] = [];
  const idle = new Map(users.map((user) => [user.id, [] as number[]]));

  const listen = async (user: User, seat: number, deploymentId?: string): Promise<void> => {
    const about = deploymentId === undefined ? '' : ` on ${deploymentId}`;
    const name = `${seat % 5 === 0 ? 'stream' : 'socket'} ${seat}${about}`;
    const reader: Reader = { name, owner: user.id, deploymentId, seen: [], isComplete: false };
    readers.push(reader);
    const life = seat % 5 === 0 ? overEventStream(deps) : overSocket(deps);
    await follow(deps, life, user, reader, createRandom(seed * 1_000_000 + seat));
    if (deploymentId !== undefined) idle.get(user.id)?.push(seat);
  };

  for (let seat = 0; seat < size; seat += 1) {
    const user = users[seat % users.length] as User;
    // By whole rows, so that every user has both kinds over both transports.
    if (Math.floor(seat / users.length) % 4 === 3) idle.get(user.id)?.push(seat);
    else listening.push(listen(user, seat));
  }

  return {
    readers,
    offer(user, deploymentId) {
      const seat = idle.get(user.id)?.shift();
      if (seat !== undefined) listening.push(listen(user, seat, deploymentId));
    },
    gone: () => Promise.all(listening),
  };
};
