import { IDLE_END_MS, restartReplicas } from './restart.ts';

/**
 * `npm run rolling`: restarts three replicas one after the other, under 200 requests a second and then without any, and prints
 * what came of it. Exits with 1 when a request has failed or a replica did not end as it should.
 */
async function main(): Promise<void> {
  let hasFailed = false;
  for (const ratePerSecond of [200, 0]) {
    const { sent, failures, ends, warnings } = await restartReplicas({
      replicas: 3,
      ratePerSecond,
      restMs: 2_000,
    });
    const about = ends.map(({ code, ms }) => `exit ${code} after ${ms} ms`).join(', ');
    console.log(`${ratePerSecond} requests a second: ${sent} sent, ${failures.length} failed; ${about}`);
    for (const { path, cause } of failures.slice(0, 10)) console.log(`  ${path}: ${cause}`);
    for (const line of warnings.slice(0, 10)) console.log(`  ${line}`);
    const isLate = ratePerSecond === 0 && ends.some(({ ms }) => ms > IDLE_END_MS);
    if (failures.length > 0 || isLate || ends.some(({ code }) => code !== 0)) hasFailed = true;
  }
  process.exit(hasFailed ? 1 : 0);
}

await main();
