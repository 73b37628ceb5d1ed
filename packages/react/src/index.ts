export {
  useAiTaskList,
  useConnection,
  useConversation,
  useDeploy,
  useDeployment,
  useDeployments,
  useRun,
  useSession,
} from './hooks.ts';
export { isSignedOut, type Live, type LiveStatus } from './live-store.ts';
export { QuantgateProvider, useClient } from './provider.tsx';
export { deploymentQuery, deploymentsQuery, type QueryOptions } from './queries.ts';
export type { ConversationValue, DeploymentValue, RunValue, UsageSample } from './stores.ts';
