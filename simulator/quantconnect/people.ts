import type { Account } from './accounts.ts';

export interface Person {
  publicId: string;
  name: string;
  image: string;
}

/** How the platform shows a user to others. */
export function personOf(account: Account): Person {
  return {
    publicId: `user_${account.userId}`,
    name: account.name ?? `User ${account.userId}`,
    image: 'a1.jpeg',
  };
}
