/**
 * Asks the registry for advisories about what the image has: `npm audit` of the lock file without development packages.
 * Exits with 1 when there is an advisory of level high or above, and with 0 when there is none or the registry does not
 * answer the question: a mirror without that endpoint, or no network, says nothing about the packages.
 */
import { spawnSync } from 'node:child_process';

/** What `npm audit --json` writes: advisories by package, or why there is no answer. */
interface AuditReport {
  message?: string;
  error?: unknown;
  vulnerabilities?: Record<string, { name: string; severity: string; range: string; fixAvailable: unknown }>;
}

const LEVELS = ['high', 'critical'];
const options = ['--omit=dev', '--audit-level=high', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
const { stdout } = spawnSync('npm', ['audit', ...options], { encoding: 'utf8' });

const report = readReport(stdout);
if (report?.vulnerabilities === undefined || report.error !== undefined) {
  console.log(
    `The lock file was not checked, because the registry did not answer: ${report?.message ?? 'no report'}`,
  );
} else {
  const found = Object.values(report.vulnerabilities).filter(({ severity }) => LEVELS.includes(severity));
  for (const { name, severity, range, fixAvailable } of found) {
    console.error(`${severity}: ${name} ${range}${fixAvailable ? ' (a fixed version is available)' : ''}`);
  }
  console.log(`The lock file was checked: ${found.length} advisories of level high or above.`);
  if (found.length > 0) process.exitCode = 1;
}

function readReport(text: string): AuditReport | undefined {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    return undefined;
  }
}
