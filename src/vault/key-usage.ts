import { type JsonText, parseJson } from '../lib/json.ts';
import { countTranscriptsByKid } from '../store/deployments/transcripts.ts';
import { countCredentialsByKid, type KidCount } from '../store/identity/credentials.ts';
import { listKeyChecks } from '../store/identity/key-checks.ts';
import type { Db } from '../store/store.ts';
import { countWebhookSecretsByKid } from '../store/webhooks/secrets.ts';
import { parseEnvelope } from './envelope.ts';
import { listSealedAnswers, type SealedAnswer } from './kept-answers.ts';
import type { Vault } from './vault.ts';

/** What one wrapping key is needed for. */
export interface KeyUsage {
  kid: string;
  /** It is in this process's key ring. */
  isConfigured: boolean;
  /** It seals what is stored from now on. */
  isFirst: boolean;
  /** A gateway on this store has started with it. */
  isKnown: boolean;
  /** Rows that it wraps. */
  credentials: number;
  transcripts: number;
  /** Secrets of webhooks. */
  webhookSecrets: number;
  /** Answers kept for idempotency keys; each for a day at most. */
  answers: number;
  /** No row needs it, and it is not the first key. */
  mayBeDropped: boolean;
}

/** Every key that is configured, in its order, then those that rows need or a gateway has started with. */
export async function listKeyUsage(db: Db, vault: Vault): Promise<KeyUsage[]> {
  const credentials = toCounts(await countCredentialsByKid(db));
  const transcripts = toCounts(await countTranscriptsByKid(db));
  const webhookSecrets = toCounts(await countWebhookSecretsByKid(db));
  const answers = Map.groupBy(await listSealedAnswers(db), ({ result }) => kidOf(result));
  const known = new Set((await listKeyChecks(db)).map(({ kid }) => kid));
  const configured = vault.kids();
  const kids = new Set([
    ...configured,
    ...credentials.keys(),
    ...transcripts.keys(),
    ...webhookSecrets.keys(),
    ...answers.keys(),
    ...known,
  ]);
  return [...kids].map((kid) => {
    const rows = {
      credentials: credentials.get(kid) ?? 0,
      transcripts: transcripts.get(kid) ?? 0,
      webhookSecrets: webhookSecrets.get(kid) ?? 0,
      answers: answers.get(kid)?.length ?? 0,
    };
    const isFirst = kid === vault.primaryKid;
    const isNeeded = rows.credentials + rows.transcripts + rows.webhookSecrets + rows.answers > 0;
    const isConfigured = configured.includes(kid);
    return {
      kid,
      isConfigured,
      isFirst,
      isKnown: known.has(kid),
      ...rows,
      mayBeDropped: !isFirst && !isNeeded,
    };
  });
}

function toCounts(counts: readonly KidCount[]): Map<string, number> {
  return new Map(counts.map(({ kid, rows }) => [kid, Number(rows)]));
}

function kidOf(result: string): string {
  return parseEnvelope(parseJson(result as JsonText<SealedAnswer>).sealed).kid;
}
