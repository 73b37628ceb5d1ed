/**
 * The security audit: tries everything of `kinds/` on the real gateway and prints a table of what held.
 * Exits with 0 only if every case held and every control was seen.
 *
 * ```sh
 * npm run audit:security
 * npm run audit:security -- --kind tokens --json
 * ```
 */
import { parseArgs } from 'node:util';
import { hasHeld, type KindResult, runKind } from './audit.ts';
import { kinds } from './kinds.ts';
import { describeResults } from './report.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    kind: { type: 'string', multiple: true },
    cases: { type: 'boolean', default: false },
  },
});
const unknown = (values.kind ?? []).filter((name) => !kinds.some((kind) => kind.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no kind ${unknown.join(', ')}; the kinds are: ${kinds.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

const results: KindResult[] = [];
for (const kind of kinds) {
  if (values.kind !== undefined && !values.kind.includes(kind.name)) continue;
  const result = await runKind(kind);
  results.push(result);
  if (!values.json)
    console.error(`${kind.name}: ${result.cases.length} cases in ${(result.ms / 1_000).toFixed(1)} s`);
}
console.log(
  values.json ? JSON.stringify({ kinds: results }, null, 2) : describeResults(results, values.cases),
);
process.exit(results.every(hasHeld) ? 0 : 1);
