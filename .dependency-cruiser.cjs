/** Who may import whom: data flows one way (ARCHITECTURE.md, "Rooms"). Checked by `npm run check:imports`. */
const kernel = '^src/(lib/|domain/|errors[.]ts|viewer[.]ts)';
const test = '[.](test|test-support|fixture)[.]ts$';
const rooms = {
  telemetry: [],
  store: [],
  redis: [],
  auth: ['store'],
  vault: ['store'],
  events: ['store'],
  upstream: ['telemetry'],
  probe: ['upstream'],
  services: ['auth', 'vault', 'upstream', 'store', 'events'],
  worker: ['upstream', 'vault', 'events', 'store'],
  http: ['services', 'telemetry'],
};

/** The order of the folders within a room: a folder may import the folders named in its row, and no other of the room. */
const folders = {
  'lib/json': [],
  'lib/limit': [],
  'lib/net': [],
  'domain/graph': [],
  'store/schema': [],
  'store/driver': ['migrations', 'schema'],
  'store/migrations': ['driver'],
  'store/coordination': ['schema'],
  'store/identity': ['schema'],
  'store/deployments': ['schema', 'coordination'],
  'store/ai-tasks': ['schema', 'coordination'],
  'store/webhooks': ['schema', 'coordination', 'deployments', 'ai-tasks'],
  'events/writers': [],
  'probe/quantconnect': [],
  'probe/quantcdn': [],
  'upstream/fields': [],
  'upstream/transport': [],
  'upstream/policies': ['transport'],
  'upstream/quantconnect': ['policies', 'transport', 'fields'],
  'upstream/quantcdn': ['policies', 'transport', 'fields'],
  'services/common': [],
  'services/identity': ['common'],
  'services/users': ['common', 'identity'],
  'services/credentials': ['common'],
  'services/agents': ['common'],
  'services/chat': ['common', 'agents'],
  'services/ai-tasks': ['common', 'agents'],
  'services/ai-task-runs': ['common', 'agents', 'ai-tasks'],
  'services/operations': ['common'],
  'services/webhooks': ['common'],
  'worker/deployments': [],
  'worker/ai-task-lists': [],
  'worker/runs': [],
  'worker/webhooks': [],
  'http/live': [],
  'http/plugins': [],
  'http/pages': [],
  'http/sse': ['live', 'plugins'],
  'http/rest': ['plugins', 'sse', 'pages'],
  'http/graphql': ['plugins', 'sse', 'live', 'pages'],
};

const allowedFrom = (room, others) => ({
  name: `${room}-stays-in-its-direction`,
  comment: `src/${room} may import ${['lib', 'domain', room, ...others].join(', ')} only`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: test },
  to: {
    path: '^(src|simulator|test|bench|demo|scripts)/',
    pathNot: [kernel, `^src/${room}/`, ...others.map((other) => `^src/${other}/`)].join('|'),
    // Types carry no behavior: http may name what auth and config define, config types are open to all.
    ...(room === 'http' ? { dependencyTypesNot: ['type-only'] } : {}),
  },
});

const allowedFolders = (folder, others) => {
  const [room] = folder.split('/');
  const open = [folder, ...others.map((other) => `${room}/${other}`)].map((one) => `^src/${one}/`);
  return {
    name: `${folder.replace('/', '-')}-keeps-its-place`,
    comment: `within src/${room}, ${folder} may import its top-level files and ${others.join(', ') || 'no other folder'}`,
    severity: 'error',
    from: { path: `^src/${folder}/`, pathNot: test },
    to: { path: `^src/${room}/[^/]+/`, pathNot: open.join('|') },
  };
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'lib-is-pure',
      severity: 'error',
      from: { path: '^src/lib/', pathNot: test },
      to: { pathNot: '^src/(lib/|errors[.]ts)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: test },
      to: { pathNot: '^src/(lib|domain)/', dependencyTypesNot: ['core'] },
    },
    ...Object.entries(rooms).map(([room, others]) => allowedFrom(room, others)),
    ...Object.entries(folders).map(([folder, others]) => allowedFolders(folder, others)),
    {
      name: 'runs-are-handed-opened-clients',
      comment: 'src/worker/runs never opens a credential itself',
      severity: 'error',
      from: { path: '^src/worker/runs/', pathNot: test },
      to: { path: '^src/vault/' },
    },
    {
      name: 'nothing-imports-the-command-line',
      severity: 'error',
      from: { path: '^(src|simulator|demo|scripts|bench)/', pathNot: `^src/cli/|${test}` },
      to: { path: '^src/cli/' },
    },
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      from: { path: '^simulator/', pathNot: test },
      to: { pathNot: '^simulator/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'acceptance-knows-only-the-url',
      severity: 'error',
      from: { path: '^test/acceptance/' },
      to: { path: '^(src|simulator)/' },
    },
    {
      name: 'demo-is-a-client',
      comment: 'the demo drives the gateway from outside, over its public interface',
      severity: 'error',
      from: { path: '^demo/' },
      to: { path: '^(src|test|bench)/' },
    },
    {
      name: 'scripts-and-bench-never-import-tests',
      severity: 'error',
      from: { path: '^(scripts|bench)/' },
      to: { path: '^(test|demo)/|[.]test(-support)?[.]ts$' },
    },
    {
      name: 'source-never-imports-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: test },
      to: { path: '^(test|bench|demo|simulator|scripts)/|[.]test(-support)?[.]ts$' },
    },
    {
      name: 'app-is-handed-its-parts',
      severity: 'error',
      from: { path: '^src/app[.]ts$' },
      to: {
        path: '^src/((store|auth|vault|upstream|events|worker|services)/|composition/(?!persisted-operations))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'jwt-plugin-only-behind-its-port',
      comment: 'src/auth/jwt.ts alone imports @fastify/jwt; all else knows src/auth/tokens.ts',
      severity: 'error',
      from: { pathNot: '^src/auth/jwt[.]ts$' },
      to: { path: '(^|/)@fastify/jwt(/|$)' },
    },
    {
      name: 'jwt-plugin-instead-of-its-library',
      comment: 'nothing imports fast-jwt, which @fastify/jwt brings along',
      severity: 'error',
      from: {},
      to: { path: '(^|/)fast-jwt(/|$)' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      // test/support/bundle.ts takes these from a page of the guide.
      to: { couldNotResolve: true, pathNot: '^guide:' },
    },
    {
      name: 'no-dev-dependency-in-source',
      severity: 'error',
      from: { path: '^src/', pathNot: test },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peers have packages of their own, which are there only once the benchmark has run.
    exclude: { path: '^bench/(peers|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['quantgate-source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
