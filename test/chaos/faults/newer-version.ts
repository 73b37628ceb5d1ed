import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A comment in the migration of a newer version, by which PostgreSQL's list of sessions shows that it is under way. */
export const MIGRATION_MARK = 'chaos migration';

/** How long the migration takes: long enough to kill its replica in the middle. */
const MIGRATION_SECONDS = 2;

/** What the next version would add: a table, and columns of tables that the older version writes to. */
function migrationOf(number: number): string {
  return `import { sql } from 'kysely';
export async function up(db) {
  await db.schema.createTable('chaos_${number}').addColumn('id', 'text', (column) => column.primaryKey()).execute();
  await sql.raw('select pg_sleep(${MIGRATION_SECONDS}) /* ${MIGRATION_MARK} */').execute(db);
  await db.schema.alterTable('watches').addColumn('chaos_${number}', 'bigint', (column) => column.notNull().defaultTo(1)).execute();
  await db.schema.alterTable('events').addColumn('chaos_${number}', 'text').execute();
}
`;
}

/** Names sort like their numbers. */
function nameOf(number: number): string {
  return `9${String(number).padStart(3, '0')}-chaos`;
}

/** Makes newer versions of the gateway, each with one more migration than the one before. */
export function createNewerVersions(root: string, folder: string): { next(): Promise<string> } {
  let count = 0;
  return {
    async next() {
      count += 1;
      const copy = join(folder, `newer-${count}`);
      await mkdir(copy);
      // The program copies many small files much faster than this process, which is busy.
      const sources = ['src', 'package.json', 'schema.graphql'].map((name) => join(root, name));
      await run('cp', ['-R', ...sources, copy]);
      await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
      const migrations = join(copy, 'src/store/migrations');
      const index = join(migrations, 'index.ts');
      const lines: string[] = [];
      for (let number = 1; number <= count; number += 1) {
        await writeFile(join(migrations, `${nameOf(number)}.ts`), migrationOf(number));
        lines.push(
          `import * as chaos${number} from './${nameOf(number)}.ts';`,
          `migrations['${nameOf(number)}'] = chaos${number};`,
        );
      }
      await writeFile(index, `${await readFile(index, 'utf8')}\n${lines.join('\n')}\n`);
      return copy;
    },
  };
}
