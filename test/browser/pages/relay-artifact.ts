import type { ConcreteRequest } from 'relay-runtime';

const variables = [
  { kind: 'Variable', name: 'after', variableName: 'after' },
  { kind: 'Variable', name: 'deploymentId', variableName: 'id' },
] as const;

const selections = [
  {
    alias: null,
    args: variables,
    concreteType: 'DeploymentEvent',
    kind: 'LinkedField',
    name: 'deploymentEvents',
    plural: false,
    selections: ['id', 'status'].map((name) => ({
      ...{ alias: null, args: null, kind: 'ScalarField', name, storageKey: null },
    })),
    storageKey: null,
  },
];

const argumentDefinitions = ['after', 'id'].map((name) => ({
  ...{ defaultValue: null, kind: 'LocalArgument', name },
}));

/** What Relay's compiler writes for a subscription. */
export const followEvents = {
  fragment: {
    ...{ argumentDefinitions, kind: 'Fragment', metadata: null, name: 'Follow', selections },
    ...{ type: 'Subscription', abstractKey: null },
  },
  kind: 'Request',
  operation: { argumentDefinitions, kind: 'Operation', name: 'Follow', selections },
  params: {
    cacheID: 'follow',
    id: null,
    metadata: {},
    name: 'Follow',
    operationKind: 'subscription',
    text: 'subscription Follow($id: ID!, $after: ID) { deploymentEvents(deploymentId: $id, after: $after) { id status } }',
  },
} as unknown as ConcreteRequest;
