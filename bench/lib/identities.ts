/** The users of the benchmark and what both upstreams know of them. Nothing here is a secret of a real system. */
import { hash } from 'node:crypto';

/** Signs the access tokens of the peers. */
export const PEER_SECRET = 'bench-only-hs256-secret-0123456789abcdef';

const FIRST_ACCOUNT = 10_000;

/** The upstream account of a user. */
export function accountOf(user: number): number {
  return FIRST_ACCOUNT + user;
}

/** The user of an upstream account. */
export function userOfAccount(account: string): number {
  return Number(account) - FIRST_ACCOUNT;
}

export function upstreamTokenOf(user: number): string {
  return hash('sha256', `bench-token-${user}`);
}

export function organizationOf(user: number): string {
  return (user + 1).toString(16).padStart(32, '0');
}

/** Tasks of a user's organization are numbered apart from those of all others. */
export function taskIdOf(user: number, position: number): number {
  return 1_000 * (user + 1) + position;
}

/** What a peer knows a user by. */
export function subjectOf(user: number): string {
  return `user-${user}`;
}
