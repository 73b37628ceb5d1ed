import type { GraphQLClient } from './client.ts';

/** A sum of usage, as `USAGE` asks for it. */
export interface UsageSum {
  key: string;
  from: string;
  to: string;
  deployments: number;
  inputTokens: number;
  outputTokens: number;
  turns: number;
  seconds: number;
}

const USAGE = `query ($groupBy: UsageGroup!, $from: DateTime, $to: DateTime) {
  usage(groupBy: $groupBy, from: $from, to: $to) {
    key from to deployments inputTokens outputTokens turns seconds
  }
}`;

/** What a user's deployments have used. */
export async function usageOf(
  user: GraphQLClient,
  groupBy: string,
  range: { from?: string; to?: string } = {},
): Promise<UsageSum[]> {
  return (await user.ask<{ usage: UsageSum[] }>(USAGE, { groupBy, ...range })).usage;
}

/** The totals of a conversation as the upstream says them now. */
export async function totalsOf(user: GraphQLClient, id: string) {
  const { deployment } = await user.ask<{
    deployment: { conversation: { inputTokens: number; outputTokens: number; turns: number } };
  }>('query ($id: ID!) { deployment(id: $id) { conversation { inputTokens outputTokens turns } } }', { id });
  return deployment.conversation;
}

/** Adds up sums or totals. */
export function addUp(all: readonly { inputTokens: number; outputTokens: number; turns: number }[]) {
  const sum = (name: 'inputTokens' | 'outputTokens' | 'turns') =>
    all.reduce((total, one) => total + one[name], 0);
  return { inputTokens: sum('inputTokens'), outputTokens: sum('outputTokens'), turns: sum('turns') };
}
