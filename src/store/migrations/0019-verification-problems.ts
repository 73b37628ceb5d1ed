import type { Kysely } from 'kysely';

/** Why a credential could not be verified when it was stored. A process of the version before leaves it as it is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('credentials').addColumn('verification_problem', 'text').execute();
}
