import type { Account } from './accounts.ts';

export interface Person {
  publicId: string;
  name: string;
  image: string;
}

/** A user as other users see it. */
export function personOf(account: Account): Person {
  return {
    publicId: `user_${account.userId}`,
    name: account.name ?? `User ${account.userId}`,
    image: 'a1.jpeg',
  };
}
