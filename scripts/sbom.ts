/**
 * Prints the bill of materials of the image (CycloneDX): every package of the lock file that the gateway needs, with its
 * version and digest. `npm sbom --omit dev` leaves out what development packages need as well.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Component {
  'bom-ref': string;
  name: string;
  properties?: { name: string; value: string }[];
}

interface BillOfMaterials {
  metadata: { component: { 'bom-ref': string } };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const options = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
const { stdout, stderr, status } = spawnSync('npm', options, { encoding: 'utf8', maxBuffer: 1e8 });
if (status === 0) console.log(JSON.stringify(withoutDevelopment(JSON.parse(stdout)), null, 2));
else {
  console.error(stderr);
  process.exitCode = 1;
}

/** Keeps what the gateway's own dependencies need: the workspaces, and what only they need, are not in the image. */
function withoutDevelopment(bill: BillOfMaterials): BillOfMaterials {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const components = new Map(
    bill.components.filter((one) => !isForDevelopment(one)).map((one) => [one['bom-ref'], one]),
  );
  const needs = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const own = needs.get(bill.metadata.component['bom-ref']) ?? [];
  const needed = new Set<string>();
  const add = (refs: string[]): void => {
    for (const ref of refs) {
      if (needed.has(ref) || !components.has(ref)) continue;
      needed.add(ref);
      add(needs.get(ref) ?? []);
    }
  };
  add(own.filter((ref) => Object.hasOwn(dependencies, components.get(ref)?.name ?? '')));
  const isKept = (ref: string): boolean => needed.has(ref) || ref === bill.metadata.component['bom-ref'];
  return {
    ...bill,
    components: [...components.values()].filter((one) => isKept(one['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => isKept(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKept) })),
  };
}

function isForDevelopment({ properties = [] }: Component): boolean {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}
