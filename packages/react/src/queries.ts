import type { DeploymentFieldsFragment, QuantgateClient } from '@quantgate/client';

/** What `useQuery` of TanStack Query takes; its own `queryOptions` gives the same type. */
export interface QueryOptions<Data> {
  queryKey: readonly unknown[];
  queryFn(context: { signal: AbortSignal }): Promise<Data>;
}

/** One deployment, once; `useDeployment` is the live one. */
export function deploymentQuery(
  client: QuantgateClient,
  id: string,
): QueryOptions<DeploymentFieldsFragment | null> {
  return {
    queryKey: ['quantgate', 'deployment', id],
    queryFn: ({ signal }) => client.deployment(id, { signal }),
  };
}

/** A page of the user's deployments, or of those of one task. */
export function deploymentsQuery(
  client: QuantgateClient,
  input: Parameters<QuantgateClient['deployments']>[0] = {},
): QueryOptions<Awaited<ReturnType<QuantgateClient['deployments']>>> {
  return {
    queryKey: ['quantgate', 'deployments', input],
    queryFn: ({ signal }) => client.deployments(input, { signal }),
  };
}
