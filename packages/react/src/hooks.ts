import type {
  AiTaskFieldsFragment,
  Connection,
  DeploymentFieldsFragment,
  DeployTaskMutationVariables,
  Session,
  SessionState,
} from '@quantgate/client';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Live, LiveStore } from './live-store.ts';
import { useClient, useStore } from './provider.tsx';
import {
  type ConversationValue,
  conversationStore,
  type DeploymentValue,
  deploymentStore,
  deploymentsStore,
  listStore,
  type RunValue,
  runStore,
} from './stores.ts';

function useLive<Value>(store: LiveStore<Value>): Live<Value> {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** Who is signed in. A page that loads asks the gateway once. */
export function useSession(): SessionState &
  Pick<Session, 'signIn' | 'signUp' | 'signOut' | 'resetPassword'> {
  const { session } = useClient();
  const state = useSyncExternalStore(session.subscribe, session.state, session.state);
  useEffect(() => {
    // An outage leaves the state as it is; every request asks again.
    if (session.state().status === 'UNKNOWN') session.restore().catch(() => undefined);
  }, [session]);
  const { signIn, signUp, signOut, resetPassword } = session;
  return { ...state, signIn, signUp, signOut, resetPassword };
}

/** One deployment, live, with its log from the beginning. */
export function useDeployment(id: string): Live<DeploymentValue> {
  return useLive(useStore(`deployment ${id}`, (client) => deploymentStore(client, id)));
}

/** The user's deployments, or those of one task, newest first, live. */
export function useDeployments({
  taskId,
}: {
  taskId?: string;
} = {}): Live<readonly DeploymentFieldsFragment[]> {
  return useLive(useStore(`deployments ${taskId ?? ''}`, (client) => deploymentsStore(client, taskId)));
}

/** What is said in a deployment, or in the thread of one of its sub-agents, live. */
export function useConversation(
  deploymentId: string,
  { callableId }: { callableId?: string | undefined } = {},
): Live<ConversationValue> {
  return useLive(
    useStore(`conversation ${deploymentId} ${callableId ?? ''}`, (client) =>
      conversationStore(client, deploymentId, callableId),
    ),
  );
}

/** How the socket of the live values stands: `LOST` while it is being connected again. */
export function useConnection(): Connection {
  const { connection } = useClient();
  return useSyncExternalStore(connection.subscribe, connection.state, connection.state);
}

/** The tasks of a list, live. */
export function useAiTaskList(taskListId: string): Live<readonly AiTaskFieldsFragment[]> {
  return useLive(useStore(`list ${taskListId}`, (client) => listStore(client, taskListId)));
}

/**
 * The newest run of a list, live until it has ended; `run` is undefined for a list that was never run. `restart` follows a run
 * that has begun since.
 */
export function useRun(taskListId: string): Live<RunValue> & { restart(): void } {
  const store = useStore(`run ${taskListId}`, (client) => runStore(client, taskListId));
  return { ...useLive(store), restart: store.restart };
}

/** Deploys, and tells how that stands. A second call while one is under way is the same one. */
export function useDeploy(): {
  deploy(input: DeployTaskMutationVariables): Promise<DeploymentFieldsFragment | undefined>;
  isDeploying: boolean;
  error: unknown;
  deployment: DeploymentFieldsFragment | undefined;
} {
  const client = useClient();
  // Not a state: a call that comes before the next render has to see it too.
  const running = useRef<Promise<DeploymentFieldsFragment | undefined>>(undefined);
  const [state, setState] = useState<{
    isDeploying: boolean;
    deployment?: DeploymentFieldsFragment;
    error?: unknown;
  }>({ isDeploying: false });
  const deploy = useCallback(
    (input: DeployTaskMutationVariables) => {
      if (running.current !== undefined) return running.current;
      setState({ isDeploying: true });
      const end = (result: { deployment?: DeploymentFieldsFragment; error?: unknown }) => {
        running.current = undefined;
        setState({ isDeploying: false, ...result });
        return result.deployment;
      };
      running.current = client.deploy(input).then(
        (deployment) => end({ deployment }),
        (error: unknown) => end({ error }),
      );
      return running.current;
    },
    [client],
  );
  const { isDeploying, error, deployment } = state;
  return { deploy, isDeploying, error, deployment };
}
