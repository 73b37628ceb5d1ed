/**
 * Prints the bill of materials of the image (CycloneDX): every package of the lock file that is no development package, with
 * its version and digest. `npm sbom --omit dev` leaves out what development packages need as well.
 */
import { spawnSync } from 'node:child_process';

interface Component {
  'bom-ref': string;
  properties?: { name: string; value: string }[];
}

interface BillOfMaterials {
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

function withoutDevelopment(bill: BillOfMaterials): BillOfMaterials {
  const left = new Set(bill.components.filter(isForDevelopment).map((component) => component['bom-ref']));
  return {
    ...bill,
    components: bill.components.filter((component) => !left.has(component['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => !left.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => !left.has(other)) })),
  };
}

function isForDevelopment({ properties = [] }: Component): boolean {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}
