import fastifyJwt, { type JWT } from '@fastify/jwt';
import Fastify from 'fastify';
import type { SigningKey } from '../lib/keys.ts';

declare module '@fastify/jwt' {
  interface FastifyJWT {
    namespaces: string;
  }
}

/** What every token has to say, besides a signature by one of the keys. */
export interface JwtRules {
  /** The `typ` of the header. */
  type: string;
  issuer: string;
  audience: string;
  requiredClaims: string[];
}

/** The plugin, with a namespace for each key. */
export interface JwtPlugin {
  /** Of the first key, which signs. */
  primary: JWT;
  /** Of the key with this `kid`, to verify with. */
  find(kid: string): JWT | undefined;
}

/**
 * `@fastify/jwt` on an instance of Fastify that serves nothing: tokens are signed before there is a server, and sockets
 * verify them without a request. Each key has a namespace of the plugin, named by its `kid`, with its own algorithm. So
 * the header of a token chooses the key and never the algorithm (RFC 8725, section 3.1).
 *
 * Nothing is cached, and times are not checked: `createTokens` remembers and checks, by the injected clock. What `verify`
 * throws is of several kinds; callers have to make one error of them.
 */
export function createJwtPlugin(keys: readonly SigningKey[], rules: JwtRules): JwtPlugin {
  const host = Fastify();
  for (const { kid, algorithm, privateKey, publicKey } of keys) {
    const options: fastifyJwt.FastifyJWTOptions = {
      namespace: kid,
      // Keys, not a function that finds them: with a function `verify` would answer with a promise.
      secret: {
        private: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        public: publicKey.export({ type: 'spki', format: 'pem' }),
      },
      sign: { algorithm, kid, header: { alg: algorithm, typ: rules.type } },
      // Without `complete` the header, which names the key, would be left out.
      decode: { complete: true },
      verify: {
        algorithms: [algorithm],
        checkTyp: rules.type,
        allowedIss: rules.issuer,
        allowedAud: rules.audience,
        requiredClaims: rules.requiredClaims,
        ignoreExpiration: true,
        ignoreNotBefore: true,
        cache: false,
      },
    };
    // Called, not registered: it is ready at once, and `register` would make all that needs a token wait for it.
    fastifyJwt(host, options, (error) => {
      if (error) throw error;
    });
  }
  const primary = keys[0] && host.jwt[keys[0].kid];
  if (!primary) throw new Error('JWT_PRIVATE_KEYS must hold at least one key');
  // The plugin keeps its namespaces in an object without a prototype, so a hostile `kid` finds nothing.
  return { primary, find: (kid) => host.jwt[kid] };
}
