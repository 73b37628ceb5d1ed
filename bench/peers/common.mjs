// What every peer does for a request: verify the token, open the stored credential, sign the call upstream.
import { createCipheriv, createDecipheriv, createSecretKey, hash, randomBytes } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import { Pool } from 'undici';
import { accountOf, PEER_SECRET, subjectOf, upstreamTokenOf } from '../lib/identities.ts';

const users = Number(process.env.USERS);
const CONNECTIONS = 64;
const BACKLOG = 4_096;
const BEARER = 'Bearer ';

// A key object, made once: with a raw key Node 24 takes eight times as long for each decryption.
const wrappingKey = createSecretKey(Buffer.from(hash('sha256', 'bench-wrapping-key'), 'hex'));
const credentials = new Map();
for (let user = 0; user < users; user += 1) {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, iv);
  const sealed = Buffer.concat([cipher.update(upstreamTokenOf(user), 'utf8'), cipher.final()]);
  credentials.set(subjectOf(user), { account: accountOf(user), iv, tag: cipher.getAuthTag(), sealed });
}

const verify = createVerifier({ key: PEER_SECRET, algorithms: ['HS256'] });

/** The claims of a bearer token. */
export function claimsOf(authorization) {
  if (!authorization?.startsWith(BEARER)) throw new Error('unauthenticated');
  return verify(authorization.slice(BEARER.length));
}

/** Opens the stored credential of a user. */
export function openCredential(subject) {
  const { account, iv, tag, sealed } = credentials.get(subject);
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey, iv);
  decipher.setAuthTag(tag);
  return { account, token: decipher.update(sealed, undefined, 'utf8') + decipher.final('utf8') };
}

export function credentialOf(authorization) {
  return openCredential(claimsOf(authorization).sub);
}

/** The signature of a call in this second: the upstream's own scheme. */
export function headersOf({ account, token }) {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = hash('sha256', `${token}:${timestamp}`);
  return {
    authorization: `Basic ${Buffer.from(`${account}:${signature}`).toString('base64')}`,
    timestamp,
    'content-type': 'application/json',
  };
}

export const pool = process.env.UPSTREAM
  ? new Pool(process.env.UPSTREAM, { connections: CONNECTIONS, pipelining: 1 })
  : undefined;

/** One signed call upstream. */
export async function call(credential, path, payload) {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: `/api/v2${path}`,
    headers: headersOf(credential),
    body: JSON.stringify(payload),
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`the upstream answered ${statusCode}`);
  }
  const answer = await body.json();
  if (!answer.success) throw new Error(answer.errors?.[0] ?? 'upstream error');
  return answer;
}

/** Where a peer listens. */
export const listening = { port: Number(process.env.PORT), host: '127.0.0.1', backlog: BACKLOG };

/** Says that the peer is ready. It ends with the benchmark. */
export function isReady() {
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
