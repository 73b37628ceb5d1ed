// p0: the limit of a gateway that asks its upstream each time. node:http in, undici out, the answer passed on as bytes;
// tokens are verified once, calls signed once a second for each user. p0h, below /hand: the answer is parsed, projected by
// hand to what the GraphQL query asks for, and written again.
import http from 'node:http';
import { claimsOf, headersOf, isReady, listening, openCredential, pool } from './common.mjs';

const JSON_TYPE = 'application/json; charset=utf-8';
const callers = new Map();

function signedHeadersOf(authorization) {
  const nowMs = Date.now();
  let caller = callers.get(authorization);
  if (!caller || caller.expiresAtMs < nowMs) {
    const { sub, exp } = claimsOf(authorization);
    caller = { credential: openCredential(sub), expiresAtMs: exp * 1_000, second: 0, headers: undefined };
    callers.set(authorization, caller);
  }
  const second = Math.floor(nowMs / 1_000);
  if (caller.second !== second) {
    caller.second = second;
    caller.headers = headersOf(caller.credential);
  }
  return caller.headers;
}

/** Collects an answer of undici's lowest interface. */
class Collector {
  chunks = [];
  constructor(done) {
    this.done = done;
  }
  onRequestStart() {
    // Nothing is to be done before the answer.
  }
  onResponseStart(_controller, status) {
    this.status = status;
  }
  onResponseData(_controller, chunk) {
    this.chunks.push(chunk);
  }
  onResponseEnd() {
    const body = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
    this.done(null, this.status, body);
  }
  onResponseError(_controller, error) {
    this.done(error);
  }
}

function ask(headers, path, body, done) {
  pool.dispatch({ method: 'POST', path: `/api/v2${path}`, headers, body }, new Collector(done));
}
function askJson(headers, path, body) {
  return new Promise((resolve, reject) =>
    ask(headers, path, body, (error, _status, answer) =>
      error ? reject(error) : resolve(JSON.parse(answer)),
    ),
  );
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
function passOn(response) {
  return (error, status, body) =>
    error ? send(response, 502, '{"error":"upstream"}') : send(response, status, body);
}
function project(response, fields) {
  return (error, status, body) =>
    error
      ? send(response, 502, '{"error":"upstream"}')
      : send(response, status, JSON.stringify({ data: fields(JSON.parse(body)) }));
}

const agentFields = ({ id, name, model }) => ({ id, name, model });
const taskFields = ({ id, name, agentId }) => ({ id, name, agentId });

async function nested(headers, organizationId) {
  const { tasks } = await askJson(headers, '/agents/tasks/list', JSON.stringify({ organizationId }));
  const agents = new Map();
  const agentOf = (id) => {
    if (!agents.has(id)) {
      agents.set(
        id,
        askJson(headers, '/agents/read', `{"agentId":${id}}`).then(({ agent }) => agentFields(agent)),
      );
    }
    return agents.get(id);
  };
  const rows = await Promise.all(
    tasks.map(async ({ id, name, agentId }) => {
      const [agent, { deployments }] = await Promise.all([
        agentOf(agentId),
        askJson(headers, '/agents/deployments/list', `{"taskId":${id}}`),
      ]);
      const shown = deployments.map(({ deploymentId, status }) => ({ id: deploymentId, status }));
      return { id, name, agent, deployments: shown };
    }),
  );
  return JSON.stringify({ data: { tasks: rows } });
}

const server = http.createServer((request, response) => {
  let headers;
  try {
    headers = signedHeadersOf(request.headers.authorization);
  } catch {
    return send(response, 401, '{"error":"unauthenticated"}');
  }
  const [, first, second, third] = request.url.split('/');
  const [kind, id, answered] = first === 'hand' ? [second, third, project] : [first, second, passOn];
  if (kind === 'agents') {
    const fields = ({ agent }) => ({ agent: agentFields(agent) });
    return ask(headers, '/agents/read', `{"agentId":${Number(id)}}`, answered(response, fields));
  }
  if (kind === 'tasks') {
    const fields = ({ tasks }) => ({ tasks: tasks.map(taskFields) });
    const body = JSON.stringify({ organizationId: id });
    return ask(headers, '/agents/tasks/list', body, answered(response, fields));
  }
  if (kind === 'nested') {
    return nested(headers, id).then(
      (body) => send(response, 200, body),
      () => send(response, 502, '{"error":"upstream"}'),
    );
  }
  return send(response, 404, '{}');
});
server.listen(listening, isReady);
