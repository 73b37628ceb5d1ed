/** Which part of the gateway a frame of a CPU profile belongs to. The first pattern that matches its file decides. */
const NODE = 'Node: sockets, HTTP, timers, streams';
const STORE = 'store: Kysely and the driver';
const POLICIES = 'upstream policies';

const LAYERS: readonly (readonly [RegExp, string])[] = [
  [/\/fast-jwt\/|\/@fastify\/jwt\/|src\/auth\/(tokens|jwt)/, 'access tokens'],
  [/src\/http\/plugins\/authenticate|src\/services\/identity|src\/auth\//, 'who calls: session and user'],
  [/src\/services\/common\/connections/, 'which credential serves'],
  [/src\/vault\//, 'secrets: opening them'],
  [/src\/upstream\/quantconnect\/sign|src\/upstream\/quantcdn\/sign/, 'signature of calls'],
  [/src\/upstream\/policies\//, POLICIES],
  [/src\/upstream\/(fields|quantconnect|quantcdn)\//, 'calls and decoding of answers'],
  [/src\/upstream\/|\/undici\/|secure-json-parse/, 'transport, JSON and undici'],
  [/src\/http\/graphql\/documents\/|\/graphql\/(language|validation)\//, 'GraphQL: documents'],
  [
    /src\/http\/graphql\/transports\/sockets|src\/http\/(live|sse)\/|\/graphql-ws\/|\/ws\//,
    'sockets and event streams',
  ],
  [/src\/http\/graphql\/|\/mercurius\/|\/graphql-jit\/|\/graphql\/|\/dataloader\//, 'GraphQL: execution'],
  [/src\/events\/writers\//, 'events: writers'],
  [/src\/events\//, 'events: log, hints, followers'],
  [/src\/worker\//, 'worker'],
  [/src\/services\//, 'services'],
  [/src\/telemetry\/|\/pino|sonic-boom|src\/http\/plugins\/request-log/, 'logging'],
  [/\/fast-json-stringify\/|safe-stable-stringify/, 'serializers'],
  [
    /src\/http\/|src\/app|\/@fastify\/|\/fastify|\/find-my-way\/|\/avvio\/|\/light-my-request\//,
    'Fastify, hooks and routes',
  ],
];
/** Belong to their caller where there is one. */
const INHERITED: readonly (readonly [RegExp, string])[] = [
  [/\/kysely\/|\/pg|src\/store\/|src\/redis\/|\/ioredis\/|node:sqlite/, STORE],
  [/\/zod\//, 'zod'],
  [/src\/lib\//, 'helpers of src/lib, caller unknown'],
];

interface CallFrame {
  functionName: string;
  url: string;
}

/** What V8's profiler writes. */
export interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

/** Shares of the busy time, in percent: by layer, and by single function. */
export interface Shares {
  layers: Map<string, number>;
  functions: Map<string, number>;
}

function layerOf({ functionName, url }: CallFrame, caller: string | undefined): string | undefined {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'outside JavaScript';
  if (functionName === '(idle)' || url === 'node:inspector') return 'idle';
  const own = LAYERS.find(([pattern]) => pattern.test(url));
  if (own) return own[1];
  // What runs from the queue of microtasks has lost its caller; Node's own frames above it say nothing.
  const known = caller === NODE && !url.startsWith('node:') && url !== '' ? undefined : caller;
  if (known !== undefined) return known;
  const inherited = INHERITED.find(([pattern]) => pattern.test(url));
  if (inherited) return inherited[1];
  return functionName === '(root)' ? undefined : NODE;
}

function add(to: Map<string, number>, key: string, value: number): void {
  to.set(key, (to.get(key) ?? 0) + value);
}

export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Shares {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const layers = new Map<number, string | undefined>();
  const walk = (id: number, caller: string | undefined): void => {
    const node = byId.get(id);
    if (!node) return;
    const layer = layerOf(node.callFrame, caller);
    layers.set(id, layer);
    for (const child of node.children ?? []) walk(child, layer);
  };
  const [root] = nodes;
  if (root) walk(root.id, undefined);

  const shares: Shares = { layers: new Map(), functions: new Map() };
  let busy = 0;
  for (const [at, id] of samples.entries()) {
    const layer = layers.get(id) ?? NODE;
    const took = timeDeltas[at] ?? 0;
    if (layer === 'idle') continue;
    busy += took;
    add(shares.layers, layer, took);
    const { functionName, url } = byId.get(id)!.callFrame;
    const file = url.replace(/^file:\/\//, '').replace(/.*\/(?=node_modules\/|src\/)/, '');
    add(shares.functions, `${functionName || '(anonymous)'} ${file}`.trim(), took);
  }
  for (const map of [shares.layers, shares.functions]) {
    for (const [key, took] of map) map.set(key, (100 * took) / busy);
  }
  return shares;
}
