import { createRandom } from '../../simulator/random.ts';
import type { Reader } from './history.ts';
import { follow, overEventStream, overSocket, type SubscriberDeps } from './subscriber.ts';
import type { User } from './user.ts';

/** All subscribers of a run. */
export interface SubscriberPool {
  readers: Reader[];
  /** Lets an idle subscriber of the user, if there is one, follow a new deployment. */
  follow(user: User, deploymentId: string): void;
  /** Resolves when all subscribers have left, after the run is over. */
  closed(): Promise<unknown>;
}

/** Every fifth subscriber uses event streams, all others sockets; every fourth follows one deployment after the other. */
export function createSubscriberPool(
  deps: SubscriberDeps,
  users: readonly User[],
  size: number,
  seed: number,
): SubscriberPool {
  const readers: Reader[] = [];
  const running: Promise<void>[] = [];
  const idle = new Map(users.map((user) => [user.id, [] as number[]]));

  const subscribe = async (user: User, index: number, deploymentId?: string): Promise<void> => {
    const about = deploymentId === undefined ? '' : ` on ${deploymentId}`;
    const name = `${index % 5 === 0 ? 'stream' : 'socket'} ${index}${about}`;
    const reader: Reader = { name, owner: user.id, deploymentId, seen: [], isComplete: false };
    readers.push(reader);
    const connection = index % 5 === 0 ? overEventStream(deps) : overSocket(deps);
    await follow(deps, connection, user, reader, createRandom(seed * 1_000_000 + index));
    if (deploymentId !== undefined) idle.get(user.id)?.push(index);
  };

  for (let index = 0; index < size; index += 1) {
    const user = users[index % users.length] as User;
    // Decided by rounds over all users, so that every user has both kinds over both transports.
    if (Math.floor(index / users.length) % 4 === 3) idle.get(user.id)?.push(index);
    else running.push(subscribe(user, index));
  }

  return {
    readers,
    follow(user, deploymentId) {
      const index = idle.get(user.id)?.shift();
      if (index !== undefined) running.push(subscribe(user, index, deploymentId));
    },
    closed: () => Promise.all(running),
  };
}
