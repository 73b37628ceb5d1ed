import type { DeploymentFieldsFragment } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { UsageOnHomeDocument, type UsageOnHomeQuery } from '../../generated/graphql.ts';

/** What was used on each day of this month, and the budgets. It is asked for again whenever a deployment has ended. */
export function useUsage(deployments: readonly DeploymentFieldsFragment[]): UseQueryResult<UsageOnHomeQuery> {
  const client = useClient();
  const ended = deployments.filter(({ isTerminal }) => isTerminal).length;
  const from = `${new Date().toISOString().slice(0, 7)}-01T00:00:00.000Z`;
  return useQuery({
    queryKey: ['usage on home', from, ended],
    queryFn: ({ signal }) => client.send(UsageOnHomeDocument, { from }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
}
