import { isGatewayError } from '../errors.ts';
import {
  listTranscriptsWrappedByOthers,
  replaceWrappedKey,
  type WrappedTranscript,
} from '../store/deployments/transcripts.ts';
import { listWrappedByOthers, replaceSealed } from '../store/identity/credentials.ts';
import type { Db } from '../store/store.ts';
import { listWebhookSecretsWrappedByOthers, replaceWebhookSecret } from '../store/webhooks/secrets.ts';
import { bindingOf, transcriptBindingOf, webhookSecretBindingOf } from './binding.ts';
import { rewrapAnswers } from './kept-answers.ts';
import type { Vault } from './vault.ts';

/** Rows per query. */
const BATCH_SIZE = 100;

/** Carries out the writing of one row, for instance with patience while another process has the lock of the store. */
export type WriteRow = (write: () => Promise<boolean>) => Promise<boolean>;

function writeAtOnce(write: () => Promise<boolean>): Promise<boolean> {
  return write();
}

/** The result of `rewrapAll`. */
export interface Rewrapped {
  moved: number;
  /** Credentials whose secret cannot be opened, and why. Their key stays in use until they are deleted. */
  unreadable: { credentialId: string; error: unknown }[];
  /** Webhooks with a secret that cannot be opened, likewise. */
  unreadableWebhooks: { webhookId: string; error: unknown }[];
}

/**
 * Rewraps every stored secret, those in kept answers included, with the primary key, so that the other keys can be dropped. It can be interrupted,
 * repeated, and run beside requests and other replicas: a secret that was replaced in the meantime is not changed.
 */
export async function rewrapAll(db: Db, vault: Vault, writeRow: WriteRow = writeAtOnce): Promise<Rewrapped> {
  const result: Rewrapped = { moved: 0, unreadable: [], unreadableWebhooks: [] };
  let afterId = '';
  for (;;) {
    const batch = await listWrappedByOthers(db, vault.primaryKid, afterId, BATCH_SIZE);
    for (const credential of batch) {
      afterId = credential.id;
      try {
        const rewrapped = vault.rewrap(bindingOf(credential), credential.sealed);
        if (await writeRow(() => replaceSealed(db, credential, rewrapped))) result.moved += 1;
      } catch (error) {
        if (!isGatewayError(error)) throw error;
        result.unreadable.push({ credentialId: credential.id, error });
      }
    }
    if (batch.length < BATCH_SIZE) break;
  }
  await rewrapWebhookSecrets(db, vault, writeRow, result);
  result.moved += await rewrapAnswers(db, vault);
  return result;
}

async function rewrapWebhookSecrets(
  db: Db,
  vault: Vault,
  writeRow: WriteRow,
  result: Rewrapped,
): Promise<void> {
  let afterId = '';
  for (;;) {
    const batch = await listWebhookSecretsWrappedByOthers(db, vault.primaryKid, afterId, BATCH_SIZE);
    for (const secret of batch) {
      afterId = secret.id;
      try {
        const rewrapped = vault.rewrap(webhookSecretBindingOf(secret), secret.sealed);
        if (await writeRow(() => replaceWebhookSecret(db, secret, rewrapped))) result.moved += 1;
      } catch (error) {
        if (!isGatewayError(error)) throw error;
        result.unreadableWebhooks.push({ webhookId: secret.webhookId, error });
      }
    }
    if (batch.length < BATCH_SIZE) return;
  }
}

/** The result of `rewrapTranscripts`. */
export interface RewrappedTranscripts {
  moved: number;
  /** Transcripts that cannot be opened, and why. Their key stays in use until they are deleted. */
  unreadable: { deploymentId: string; error: unknown }[];
  /** True when the limit was reached before the end. */
  hasMore: boolean;
}

/**
 * Wraps the data keys of transcripts with the primary key; the texts are not read. It can be interrupted, repeated, and
 * run beside requests and other replicas.
 * @param limit most transcripts
 */
export async function rewrapTranscripts(
  db: Db,
  vault: Vault,
  limit: number,
  writeRow: WriteRow = writeAtOnce,
): Promise<RewrappedTranscripts> {
  const result: RewrappedTranscripts = { moved: 0, unreadable: [], hasMore: false };
  let after: WrappedTranscript | undefined;
  for (let left = limit; left > 0; left -= BATCH_SIZE) {
    const size = Math.min(left, BATCH_SIZE);
    const batch = await listTranscriptsWrappedByOthers(db, vault.primaryKid, after, size);
    for (const transcript of batch) {
      after = transcript;
      try {
        const rewrapped = vault.rewrapKey(transcriptBindingOf(transcript), transcript.wrappedKey);
        if (await writeRow(() => replaceWrappedKey(db, transcript, rewrapped))) result.moved += 1;
      } catch (error) {
        if (!isGatewayError(error)) throw error;
        result.unreadable.push({ deploymentId: transcript.deploymentId, error });
      }
    }
    if (batch.length < size) return result;
  }
  return { ...result, hasMore: true };
}
