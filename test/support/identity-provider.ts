import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An identity provider that signs whatever a test wants. */
export interface IdentityProvider extends AsyncDisposable {
  issuer: string;
  /** How often its keys were read. */
  keyReads(): number;
  /** A token of it; `undefined` leaves a claim out. */
  sign(claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** From now on it signs with another key, under another `kid`. */
  rotate(): Promise<void>;
}

/** Serves the discovery document and the keys of an issuer on the loopback. */
export async function startIdentityProvider(nowMs: () => number): Promise<IdentityProvider> {
  let reads = 0;
  let count = 0;
  const newKey = async () => {
    count += 1;
    return { kid: `key-${count}`, ...(await generateKeyPair('ES256', { extractable: true })) };
  };
  let key = await newKey();
  const server = createServer(async (request, response) => {
    const answer = (body: unknown) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
    if (request.url === '/.well-known/openid-configuration')
      return answer({ issuer, jwks_uri: `${issuer}/keys` });
    reads += 1;
    return answer({
      keys: [{ ...(await exportJWK(key.publicKey)), kid: key.kid, alg: 'ES256', use: 'sig' }],
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    keyReads: () => reads,
    sign(claims = {}, header = {}) {
      const now = Math.floor(nowMs() / 1000);
      const usual = { iss: issuer, aud: 'quantgate', sub: 'ada', iat: now, exp: now + 300 };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
        .sign(key.privateKey);
    },
    async rotate() {
      key = await newKey();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
