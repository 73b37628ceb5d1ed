import { type Kysely, sql } from 'kysely';

/**
 * Watches that are due before their lease ends: those that were woken during their poll, and those whose lease was renewed. Each
 * replica asks for the first of them many times a second, and would read all watches without this index.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index watches_held on watches (lease_until) where lease_until > next_look_at`.execute(db);
}
