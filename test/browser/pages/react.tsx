/** A page of a test, built on the packages alone: it signs in by cookie and shows one deployment. */
import { createClient } from '@quantgate/client';
import { QuantgateProvider, useConversation, useDeploy, useDeployment, useSession } from '@quantgate/react';
import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

/** Timers that run twenty times as fast: a page that is cut often comes back before the next cut. */
const quick = (delayMs: number, task: () => void) => {
  const handle = setTimeout(task, delayMs / 20);
  return { cancel: () => clearTimeout(handle) };
};
const client = createClient({ environment: location.hash === '#quick' ? { after: quick } : {} });

function App(): ReactNode {
  const session = useSession();
  const [id, setId] = useState('');
  const [taskId, setTaskId] = useState('');
  if (session.status !== 'SIGNED_IN') return <p id="session">{session.status}</p>;
  return (
    <main>
      <p id="session">{session.user?.email}</p>
      <input id="deployment" value={id} onChange={({ target }) => setId(target.value)} />
      {id !== '' && <Deployment key={id} id={id} />}
      <input id="task" value={taskId} onChange={({ target }) => setTaskId(target.value)} />
      {taskId !== '' && <Deploy taskId={taskId} />}
    </main>
  );
}

function Deployment({ id }: { id: string }): ReactNode {
  const { value, status, error } = useDeployment(id);
  const { value: conversation } = useConversation(id);
  return (
    <section>
      <p id="status">{value.deployment?.status}</p>
      <p id="live">{status}</p>
      <p id="gap">{String(value.hasGap)}</p>
      <p id="error">{error?.message}</p>
      <ol id="events">
        {value.events.map((event) => (
          <li key={event.id}>{event.id}</li>
        ))}
      </ol>
      <p id="messages">{conversation.messages.length}</p>
    </section>
  );
}

/** Deploys by a button that calls twice, as an impatient user does. */
function Deploy({ taskId }: { taskId: string }): ReactNode {
  const { deploy, isDeploying, deployment, error } = useDeploy();
  const deployTwice = () => void Promise.all([deploy({ taskId }), deploy({ taskId })]);
  return (
    <button type="button" id="deploy" onClick={deployTwice}>
      {isDeploying ? 'deploying' : (deployment?.id ?? (error instanceof Error ? error.message : 'deploy'))}
    </button>
  );
}

Object.assign(globalThis, { client });
const root = document.createElement('div');
document.body.append(root);
createRoot(root).render(
  <StrictMode>
    <QuantgateProvider client={client}>
      <App />
    </QuantgateProvider>
  </StrictMode>,
);
