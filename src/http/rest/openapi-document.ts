import { z } from 'zod';

/** A JSON Schema, or a part of an OpenAPI document. */
type Part = Record<string, unknown>;

/** How zod becomes JSON Schema. */
export const zodToJsonConfig = {
  override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Part }) {
    // zod drops the examples of a body with a part that is preprocessed, although an example is what a client sends.
    const examples = z.globalRegistry.get(zodSchema)?.examples;
    if (examples !== undefined) jsonSchema.examples = examples;
    // Answers are open: a later version may add members. Strict objects, which bodies are, stay closed.
    const { def } = zodSchema._zod;
    if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
  },
};

/** The texts of the tags, in the order of the page. */
export const TAGS = [
  { name: 'auth', description: 'Sign up, sign in and out, refresh a session, tokens of service accounts.' },
  { name: 'me', description: 'The caller: who it is, and its password.' },
  { name: 'sessions', description: "The caller's sessions." },
  { name: 'credentials', description: "The caller's accounts of the upstreams; a secret is never shown." },
  { name: 'agents', description: 'Agents of QuantConnect.' },
  { name: 'tasks', description: 'Tasks of agents.' },
  { name: 'deployments', description: 'Executions of tasks: state, prompts, conversation, transcript.' },
  { name: 'chat', description: "Deployments as chats of the AI SDK's `useChat`." },
  { name: 'events', description: 'The log of events, as pages and as event streams that can be resumed.' },
  { name: 'AI tasks', description: 'AI tasks of QuantCDN, their lists and graphs.' },
  { name: 'AI task runs', description: 'AI tasks and lists, carried out by deployments.' },
  { name: 'usage', description: 'What deployments have used.' },
  { name: 'webhooks', description: 'Events of the log, posted to a URL.' },
  { name: 'budgets', description: 'Budgets of tokens.' },
  { name: 'users', description: 'Users, for administrators.' },
  { name: 'service accounts', description: 'Accounts of programs, for administrators.' },
  { name: 'audit', description: 'Who did what, for administrators.' },
  { name: 'operations', description: 'For administrators and operators.' },
  { name: 'health', description: 'Whether the process lives, and can serve.' },
];

/** Headers of answers, by the name of their component. */
const HEADERS: Record<string, [header: string, description: string]> = {
  RequestId: ['x-request-id', "The request's id, as in the log: the caller's own if it sent a fit one"],
  RateLimit: [
    'ratelimit',
    'What is left of the requests of this window (draft-ietf-httpapi-ratelimit-headers)',
  ],
  RateLimitPolicy: ['ratelimit-policy', 'How many requests a window has'],
  ETag: ['etag', 'Identifies the answer, for If-None-Match'],
  RetryAfter: ['retry-after', 'Seconds after which the request can be sent again'],
  Challenge: ['www-authenticate', 'What is wrong with the token (RFC 6750, section 3)'],
  Replayed: ['idempotent-replayed', '`true` for an answer that an earlier request with the same key has got'],
};

/** The components of `HEADERS`. */
export function headerComponents(): Record<string, Part> {
  const toComponent = ([, description]: [string, string]): Part => ({
    description,
    schema: { type: 'string' },
  });
  return Object.fromEntries(Object.entries(HEADERS).map(([name, header]) => [name, toComponent(header)]));
}

interface Operation extends Part {
  parameters?: { in: string; name: string }[];
  requestBody?: { required?: boolean; content?: Record<string, { schema?: Part }> };
  responses?: Record<string, Part>;
  security?: unknown[];
}

/** Completes the operations of a document: which bodies may be left out, and the headers of answers. */
export function completeOperations(paths: Record<string, object> | undefined): void {
  for (const methods of Object.values(paths ?? {})) {
    for (const [method, operation] of Object.entries(methods) as [string, Operation][]) {
      makeBodyOptional(operation);
      for (const [status, response] of Object.entries(operation.responses ?? {}))
        response.headers = headersOf(method, operation, Number(status));
    }
  }
}

/** A body that may be null may be left out; the document does not name `null` then. */
function makeBodyOptional({ requestBody }: Operation): void {
  for (const media of Object.values(requestBody?.content ?? {})) {
    const { anyOf, ...rest } = (media.schema ?? {}) as { anyOf?: Part[] };
    const present = anyOf?.filter(({ type }) => type !== 'null');
    if (!requestBody || !anyOf || present?.length === anyOf.length) continue;
    requestBody.required = false;
    media.schema = present?.length === 1 ? { ...present[0], ...rest } : { ...rest, anyOf: present };
  }
}

function headersOf(method: string, { parameters, security }: Operation, status: number): Part {
  const isSuccess = status < 300;
  const isRepeatable = parameters?.some((one) => one.name === 'idempotency-key') ?? false;
  const names = [
    'RequestId',
    ...(security?.length ? ['RateLimit', 'RateLimitPolicy'] : []),
    ...(method === 'get' && isSuccess ? ['ETag'] : []),
    ...(status === 429 || status === 503 ? ['RetryAfter'] : []),
    ...(status === 401 ? ['Challenge'] : []),
    ...(isRepeatable && isSuccess ? ['Replayed'] : []),
  ];
  const toReference = (name: string) => [HEADERS[name]?.[0], { $ref: `#/components/headers/${name}` }];
  return Object.fromEntries(names.map(toReference));
}
