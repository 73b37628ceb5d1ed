/**
 * QuantConnect's API for reads, several times faster than any gateway: HTTP over plain sockets, answers made once. Its
 * data never changes. Organization `org20` has 20 tasks, any other one 50.
 */
import { createServer, type Socket } from 'node:net';
import { agentView, deploymentView, taskView } from './shapes.ts';
import { signerOf } from './signature.ts';

const ORGANIZATION = '3b137fed57f2326cc68e746f4eb99639';
const AGENTS = 20;
const DEPLOYMENTS_PER_TASK = 5;
const STATUSES = ['In Queue', 'Running', 'Completed'];

interface Body {
  agentId?: number;
  organizationId?: string;
  taskId?: number;
}

function listOf<T>(count: number, make: (id: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at + 1));
}

const routes: Record<string, (body: Body) => object> = {
  '/authenticate': () => ({}),
  '/agents/list': () => ({ agents: listOf(AGENTS, (id) => agentView(id, ORGANIZATION)) }),
  '/agents/read': ({ agentId = 1 }) => ({ agent: agentView(agentId, ORGANIZATION) }),
  '/agents/tasks/list': ({ organizationId }) => ({
    tasks: listOf(organizationId === 'org20' ? 20 : 50, (id) => taskView(id, ORGANIZATION, [])),
  }),
  '/agents/tasks/read': ({ taskId = 1 }) => ({ task: taskView(taskId, ORGANIZATION, []) }),
  '/agents/deployments/list': ({ taskId = 1 }) => ({
    deployments: listOf(DEPLOYMENTS_PER_TASK, (at) =>
      deploymentView(`dep-${taskId}-${at}`, taskId, STATUSES[at % STATUSES.length] ?? 'Running'),
    ),
  }),
};

function rendered(status: string, body: object): Buffer {
  const text = JSON.stringify(body);
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}`;
  return Buffer.from(`${head}\r\nconnection: keep-alive\r\n\r\n${text}`);
}

const REFUSED = rendered('401 Unauthorized', { success: false, errors: ["Hash doesn't match."] });
const UNKNOWN = rendered('404 Not Found', { success: false, errors: ['Not found.'] });
const answers = new Map<string, Buffer>();
let calls = 0;

const AUTHORIZATION = /\r\nauthorization: *([^\r]*)/i;
const TIMESTAMP = /\r\ntimestamp: *([^\r]*)/i;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

function headerOf(head: string, pattern: RegExp): string {
  return pattern.exec(head)?.[1] ?? '';
}

function answerTo(head: string, body: string): Buffer {
  calls += 1;
  if (signerOf(headerOf(head, AUTHORIZATION), headerOf(head, TIMESTAMP)) === undefined) return REFUSED;
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP')).replace('/api/v2', '');
  const key = `${path} ${body}`;
  const known = answers.get(key);
  if (known) return known;
  const route = routes[path];
  if (!route) return UNKNOWN;
  const answer = rendered('200 OK', { ...route(JSON.parse(body || '{}')), success: true, errors: [] });
  answers.set(key, answer);
  return answer;
}

function serve(socket: Socket): void {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const out: Buffer[] = [];
    for (;;) {
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) break;
      const head = text.slice(0, end);
      const bodyEnd = end + 4 + Number(headerOf(head, CONTENT_LENGTH));
      if (text.length < bodyEnd) break;
      out.push(answerTo(head, text.slice(end + 4, bodyEnd)));
      text = text.slice(bodyEnd);
    }
    if (out.length > 0) socket.write(Buffer.concat(out));
  });
}

createServer({ noDelay: true }, serve).listen(
  { port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4_096 },
  () => process.send?.('ready'),
);
process.on('message', () => process.send?.(calls));
process.on('disconnect', () => process.exit());
