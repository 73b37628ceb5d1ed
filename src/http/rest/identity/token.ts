import { z } from 'zod';
import { badUserInputs, GatewayError, type OAuthError } from '../../../errors.ts';
import { decodePercent, decodeUtf8 } from '../../../lib/text.ts';
import type { Services } from '../../../services/services.ts';
import { fromFramework } from '../../plugins/framework-errors.ts';
import { notUtf8 } from '../../plugins/json-only.ts';
import { replyWithProblem } from '../../plugins/problem-details.ts';
import type { ZodApp } from '../zod-app.ts';
import { BODY_LIMIT_WITHOUT_TOKEN } from './auth-schemas.ts';
import { readClient } from './client-authentication.ts';

const FORM = 'application/x-www-form-urlencoded';

const value = z.string().max(1_000);
/** Not strict, because unknown parameters must be ignored (RFC 6749, 3.2). */
const tokenRequest = z
  .object({
    grant_type: value.describe('`client_credentials`'),
    client_id: value.optional().describe('Here, or with HTTP Basic in the header'),
    client_secret: value.optional(),
    scope: value.optional().describe('Separated by spaces; without it all scopes of the account'),
    requested_subject: value.optional().describe('The id of the user to act for; needs the scope `act_as`'),
  })
  .meta({
    examples: [
      { grant_type: 'client_credentials', client_id: 'sa-…', client_secret: 'qgs_…', scope: 'read' },
    ],
  });

const accessToken = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds'),
  scope: z.string(),
});

/** The OAuth error for an error code, unless the error names a more exact one (RFC 6749, 5.2). */
const OAUTH_ERRORS: Partial<Record<string, OAuthError>> = {
  BAD_USER_INPUT: 'invalid_request',
  UNSUPPORTED_MEDIA_TYPE: 'invalid_request',
  PAYLOAD_TOO_LARGE: 'invalid_request',
  UNAUTHENTICATED: 'invalid_client',
};

/** The token endpoint of service accounts: client credentials (RFC 6749, 4.4), as a form or as JSON. */
export async function tokenRoute(
  app: ZodApp,
  { services }: { services: Pick<Services, 'clientCredentials'> },
): Promise<void> {
  app.addContentTypeParser<Buffer>(FORM, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseForm(body),
  );

  app.setErrorHandler((thrown, request, reply) => {
    const known = fromFramework(thrown);
    const error = known.details.error ?? OAUTH_ERRORS[known.code];
    if (known.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Basic realm="quantgate"');
    if (error === undefined) return replyWithProblem(known, request, reply);
    const details = { ...known.details, error };
    return replyWithProblem(
      new GatewayError(known.code, known.message, details, known.cause),
      request,
      reply,
    );
  });

  app.post(
    '/v1/auth/token',
    {
      bodyLimit: BODY_LIMIT_WITHOUT_TOKEN,
      config: { errors: ['UNAUTHENTICATED', 'FORBIDDEN'] },
      schema: {
        operationId: 'createToken',
        tags: ['auth'],
        consumes: [FORM, 'application/json'],
        summary: "Get a service account's access token (OAuth 2.0 client credentials)",
        description: `Takes \`${FORM}\` and JSON. Errors carry the code of RFC 6749 in \`error\`.`,
        body: tokenRequest,
        response: { 200: accessToken },
      },
    },
    async (request, reply) => {
      const { grant_type: grantType, scope, requested_subject: requestedSubject } = request.body;
      const client = readClient(request.headers.authorization, request.body);
      // Required by RFC 6749, 5.1.
      reply.header('pragma', 'no-cache');
      return services.clientCredentials.grant({ grantType, scope, requestedSubject, ...client }, request.ip);
    },
  );
}

/**
 * Reads a form (WHATWG URL, 5.1) of UTF-8. A parameter without a value counts as absent, and none may occur twice (RFC
 * 6749, 3.2).
 */
function parseForm(body: Buffer): Record<string, string> {
  const text = decodeUtf8(body);
  // A percent sign that encodes nothing stands for itself in a form.
  if (text === undefined || decodePercent(text.replace(/%(?![\da-f]{2})/gi, '%25')) === undefined)
    throw notUtf8();
  const parameters = [...new URLSearchParams(text)].filter(([, value]) => value !== '');
  const seen = new Set<string>();
  const duplicates = parameters.filter(([name]) => seen.size === seen.add(name).size).map(([path]) => path);
  if (duplicates.length > 0) {
    throw badUserInputs(duplicates.map((path) => ({ path, message: 'is given more than once' })));
  }
  return Object.fromEntries(parameters);
}
