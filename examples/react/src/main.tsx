import { createClient, type Message } from '@quantgate/client';
import { QuantgateProvider, useClient, useConversation, useDeployment, useSession } from '@quantgate/react';
import { type ReactNode, useActionState, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

type Work = (fields: Record<string, string>) => Promise<unknown>;

const messageOf = (error: Error): string => error.message;
const textOf = (part: Message['parts'][number]): string =>
  'text' in part ? part.text : 'toolName' in part ? `(${part.toolName})` : '';

/** A form that does its work when it is submitted, and shows why that failed. */
function Form({ label, work, children }: { label: string; work: Work; children?: ReactNode }) {
  const [problem, submit, isPending] = useActionState((_previous: string, data: FormData) => {
    return work(Object.fromEntries(data) as Record<string, string>).then(() => '', messageOf);
  }, '');
  return (
    <form action={submit}>
      {children}
      <input type="submit" value={label} disabled={isPending} />
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

function SignIn() {
  const { signIn } = useSession();
  return (
    <Form label="Sign in" work={({ email = '', password = '' }) => signIn({ email, password })}>
      <input name="email" type="email" placeholder="E-mail" required />
      <input name="password" type="password" placeholder="Password" required />
    </Form>
  );
}

function Deploy({ onDeployed }: { onDeployed: (id: string) => void }) {
  const client = useClient();
  const [tasks, setTasks] = useState<{ id: string; name: string }[]>();
  useEffect(() => {
    const asked = client.send<{ tasks: typeof tasks }, Record<string, never>>('{ tasks { id name } }', {});
    asked.then((data) => setTasks(data.tasks), console.error);
  }, [client]);
  const deploy: Work = async ({ taskId = '' }) => onDeployed((await client.deploy({ taskId })).id);
  return (
    <Form label="Deploy" work={deploy}>
      <select name="taskId" aria-label="Task" required>
        {tasks?.map(({ id, name }) => (
          <option key={id} value={id} label={name} />
        ))}
      </select>
    </Form>
  );
}

function Deployment({ id }: { id: string }) {
  const client = useClient();
  const { value, error } = useDeployment(id);
  const { messages } = useConversation(id).value;
  return (
    <>
      <section aria-label="Events">
        <h2>{`${id} ${value.deployment?.status.toLowerCase() ?? ''}`}</h2>
        <ol>
          {value.events.map((event) => (
            <li key={event.id}>
              <small>{new Date(event.occurredAt).toLocaleTimeString()}</small> {event.type} {event.status}
            </li>
          ))}
        </ol>
        {error && <p role="alert">{error.message}</p>}
        {value.deployment?.isTerminal === false && <Form label="Stop" work={() => client.stop(id)} />}
      </section>
      <section aria-label="Conversation">
        <ol>
          {messages.map(({ index, role, parts }) => (
            <li key={index}>
              <small>{role}</small>
              <span>{parts.map(textOf).filter(Boolean).join('\n')}</span>
            </li>
          ))}
        </ol>
        <Form label="Send" work={({ prompt = '' }) => client.prompt({ id, prompt })}>
          <input name="prompt" placeholder="Say something to the agent" required />
        </Form>
      </section>
    </>
  );
}

function App() {
  const session = useSession();
  const [id, setId] = useState('');
  if (session.status === 'UNKNOWN') return null;
  if (session.status !== 'SIGNED_IN') return <SignIn />;
  return (
    <>
      <header>
        <h1>{session.user?.email}</h1>
        <Form label="Sign out" work={session.signOut} />
      </header>
      <Deploy onDeployed={setId} />
      {id && <Deployment key={id} id={id} />}
    </>
  );
}

const client = createClient();
createRoot(document.getElementById('root') as HTMLElement).render(
  <QuantgateProvider client={client}>
    <App />
  </QuantgateProvider>,
);
