import type { Restore } from './faults/restore.ts';
import type { OwnPostgres } from './postgres.ts';

/**
 * Triggers that record which replica holds each lease, and every poll written by another replica. Each replica has its own
 * database role, so `session_user` names it. A poll after a takeover is an error even if it changes no status.
 */
const AUDIT = `
  create table chaos_holders (kind text, credential_id text, scope text, holder text,
    primary key (kind, credential_id, scope));
  create table chaos_stale_writes (at timestamptz default clock_timestamp(), what text);
  create function chaos_audit() returns trigger language plpgsql as $$
  declare holding text;
  begin
    if new.fence > old.fence then
      insert into chaos_holders values (new.kind, new.credential_id, new.scope, session_user)
        on conflict (kind, credential_id, scope) do update set holder = session_user;
    elsif (new.lease_until, new.failures, new.pause_ms) is distinct from
        (old.lease_until, old.failures, old.pause_ms) then
      select holder into holding from chaos_holders
        where kind = new.kind and credential_id = new.credential_id and scope = new.scope;
      if holding <> session_user then
        insert into chaos_stale_writes (what) values (' ' || session_user || ' wrote a poll of ' || new.scope
          || ' that ' || holding || ' had taken over, lease ' || new.fence);
      end if;
    end if;
    return null;
  end $$;
  create trigger chaos_audit after update on watches for each row execute function chaos_audit()`;

/** The database URL of one replica, with its own role. */
export async function urlFor({ url, rows }: OwnPostgres, name: string): Promise<string> {
  await rows(`create role "${name}" superuser login`);
  const own = new URL(url);
  own.username = name;
  return own.href;
}

/** Starts the audit; the gateway's tables must exist. */
export async function auditLeases({ rows }: OwnPostgres): Promise<void> {
  await rows(AUDIT);
}

/** Polls that were written by replicas which had lost their lease. */
export async function staleWrites(
  { rows, database }: OwnPostgres,
  restores: readonly Restore[],
): Promise<string[]> {
  const texts = new Set<string>();
  for (const name of [...restores.map(({ lostDatabase }) => lostDatabase), database]) {
    const statement = 'select at || what as what from chaos_stale_writes order by at';
    for (const { what } of await rows<{ what: string }>(statement, name)) texts.add(what);
  }
  return [...texts];
}
