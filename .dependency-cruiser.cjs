/** Who may import whom: data flows one way (ARCHITECTURE.md, "Rooms"). Checked by `npm run check:imports`. */
const kernel = '^src/(lib/|errors[.]ts|viewer[.]ts)';
const rooms = {
  telemetry: [],
  store: [],
  redis: [],
  auth: ['store'],
  vault: ['store'],
  events: ['store'],
  upstream: ['telemetry'],
  services: ['auth', 'vault', 'upstream', 'store', 'events'],
  poller: ['upstream', 'vault', 'events', 'store'],
  runs: ['upstream', 'events', 'store', 'poller'],
  http: ['services', 'telemetry'],
};

const allowedFrom = (room, others) => ({
  name: `${room}-stays-in-its-direction`,
  comment: `src/${room} may import ${['lib', room, ...others].join(', ')} only`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '[.](test|test-support|fixture)[.]ts$' },
  to: {
    path: '^(src|simulator|test|bench|demo)/',
    pathNot: [kernel, `^src/${room}/`, ...others.map((other) => `^src/${other}/`)].join('|'),
    // Types carry no behaviour: http may name what auth and config define, config types are open to all.
    ...(room === 'http' ? { dependencyTypesNot: ['type-only'] } : {}),
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'lib-is-pure',
      severity: 'error',
      from: { path: '^src/lib/', pathNot: '[.](test|test-support|fixture)[.]ts$' },
      to: { pathNot: '^src/lib/', dependencyTypesNot: ['core'] },
    },
    ...Object.entries(rooms).map(([room, others]) => allowedFrom(room, others)),
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      from: { path: '^simulator/', pathNot: '[.](test|test-support|fixture)[.]ts$' },
      to: { pathNot: '^simulator/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'acceptance-knows-only-the-url',
      severity: 'error',
      from: { path: '^test/acceptance/' },
      to: { path: '^(src|simulator)/' },
    },
    {
      name: 'source-never-imports-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.](test|test-support|fixture)[.]ts$' },
      to: { path: '^(test|bench|demo|simulator)/|[.]test(-support)?[.]ts$' },
    },
    {
      name: 'app-is-handed-its-parts',
      severity: 'error',
      from: { path: '^src/app[.]ts$' },
      to: {
        path: '^src/(store|auth|vault|upstream|events|poller|services)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-source',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.](test|test-support|fixture)[.]ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
