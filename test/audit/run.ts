/**
 * The security audit: tries everything of `kinds/` on the real gateway and prints a table of what held.
 * Exits with 0 only if every case held and every control was seen.
 *
 * ```sh
 * npm run audit:security
 * npm run audit:security -- --kind tokens --json
 * npm run audit:security -- --break singleFlight   # or another one of breaks.ts; the audit of that copy must fail
 * ```
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasHeld, type KindResult, runKind } from './audit.ts';
import { AUDIT_BREAKS, type AuditBreak, brokenAuditCopy } from './breaks.ts';
import { kinds } from './kinds.ts';
import { describeResults } from './report.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    kind: { type: 'string', multiple: true },
    cases: { type: 'boolean', default: false },
    break: { type: 'string' },
  },
});
const unknown = (values.kind ?? []).filter((name) => !kinds.some((kind) => kind.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no kind ${unknown.join(', ')}; the kinds are: ${kinds.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
if (values.break !== undefined) {
  if (!Object.hasOwn(AUDIT_BREAKS, values.break)) {
    console.error(`There is no break ${values.break}; there are: ${Object.keys(AUDIT_BREAKS).join(', ')}`);
    process.exit(2);
  }
  process.exit(auditBroken(values.break as AuditBreak));
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

/** Audits a copy without that control. @returns 0 when the audit saw it */
function auditBroken(what: AuditBreak): number {
  const { seenBy } = AUDIT_BREAKS[what];
  const folder = mkdtempSync(join(tmpdir(), 'quantgate-audit-'));
  try {
    const copy = brokenAuditCopy(fileURLToPath(new URL('../..', import.meta.url)), folder, what);
    const program = [...process.execArgv, join(copy, 'test/audit/run.ts'), '--kind', seenBy];
    const { status, stdout } = spawnSync(process.execPath, program, {
      encoding: 'utf8',
      cwd: copy,
      maxBuffer: 1e8,
    });
    const isSeen = status === 1 && stdout.includes(`BREACH  ${seenBy}`);
    console.log(
      stdout
        .split('\n')
        .filter((line) => line.startsWith('BREACH'))
        .slice(0, 3)
        .join('\n'),
    );
    console.log(`--break ${what} was ${isSeen ? 'seen' : 'NOT SEEN'} by the kind ${seenBy}`);
    return isSeen ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
