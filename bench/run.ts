/** The performance of the gateway beside its peers: `npm run bench`. bench/README.md says what is measured and how. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Bench } from './lib/bench.ts';
import { type Options, readOptions, USAGE } from './lib/options.ts';
import { BENCH, freePort, moveToLoadCore, startProgram } from './lib/programs.ts';
import { goalsTable, report } from './lib/report.ts';
import type { Section } from './lib/results.ts';
import type { StoreKind } from './lib/stores.ts';
import { createTarget } from './lib/targets.ts';
import { measureLog } from './rows/log.ts';
import { measureObserved } from './rows/observed.ts';
import { measurePush } from './rows/push.ts';
import { measureRequests } from './rows/requests.ts';
import { measureStart } from './rows/start.ts';
import { measureWorker } from './rows/worker.ts';

const PROJECT = resolve(BENCH, '..');
const PARTS = [measureRequests, measureObserved, measurePush, measureWorker, measureLog, measureStart];

function say(line: string): void {
  console.log(line);
}

/** The most users that one of the rows needs. */
function usersOf({ rows, sizes }: Options): number {
  const organizations = sizes.crowds.map((crowd) => crowd.organizations);
  return Math.max(sizes.users, ...(rows.has('worker') ? organizations : []));
}

async function createTargets(options: Options, upstreamUrl: string): Promise<Bench['targets']> {
  const kinds: StoreKind[] = options.hasPostgres ? ['SQLite', 'PostgreSQL'] : ['SQLite'];
  const checkouts = [{ name: 'Quantgate', dir: PROJECT }, ...options.variants];
  const users = usersOf(options);
  const targets: Bench['targets'] = [];
  for (const kind of kinds) {
    for (const { name, dir } of checkouts) {
      const title = kind === 'SQLite' ? name : `${name}, PostgreSQL`;
      say(`${title}: signing ${users} users up`);
      targets.push(await createTarget(title, dir, kind, { users, upstreamUrl }));
    }
  }
  return targets;
}

async function run(options: Options): Promise<Section[]> {
  const port = await freePort();
  const upstream = await startProgram('upstream/fast.ts', { env: { PORT: String(port) } });
  const upstreamUrl = `http://127.0.0.1:${port}/api/v2`;
  const targets = await createTargets(options, upstreamUrl);
  moveToLoadCore();
  const { sizes, rows, profiles, isSmoke } = options;
  const bench: Bench = { sizes, targets, upstream, upstreamUrl, rows, profiles, isSmoke, say };
  const sections: Section[] = [];
  try {
    for (const measure of PARTS) {
      for (const section of await measure(bench)) {
        sections.push(section);
        say(`\n## ${section.title}\n\n${section.tables.join('\n\n')}\n`);
      }
    }
  } finally {
    for (const target of targets) await target.remove();
    await upstream.stop();
  }
  return sections;
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  say(USAGE);
} else {
  if (!existsSync(resolve(BENCH, 'node_modules'))) {
    execFileSync('npm', ['ci', '--prefix', BENCH, '--loglevel=error'], { stdio: 'inherit' });
  }
  const startMs = performance.now();
  const sections = await run(options);
  if (options.isSmoke) {
    say('Every answer was right, and every event was delivered.');
  } else {
    say(goalsTable(sections));
  }
  const command = [
    'npm run bench',
    ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []),
  ].join(' ');
  const text = report(PROJECT, command, sections, performance.now() - startMs);
  if (options.out !== undefined) await writeFile(options.out, text);
}
process.exit();
