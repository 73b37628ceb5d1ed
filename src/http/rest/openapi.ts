import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type ErrorCode, errorCodes, statusOf } from '../../errors.ts';
import { ACCESS_COOKIE } from '../plugins/cookies.ts';
import { PROBLEM_TYPE } from '../plugins/problem-details.ts';
import { COMMON_ERRORS, SIGNED_IN_ERRORS } from './route-errors.ts';

/** What the page of documents may load: its own files. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const field = z.object({ path: z.string(), message: z.string() });

/** A problem document (RFC 9457) as every error answers. */
const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]),
  requestId: z.string(),
  retryAfter: z.number().optional().describe('Seconds after which trying again makes sense'),
  fields: z.array(field).optional().describe('Every wrong field'),
  error: z.string().optional().describe('The OAuth error code of the token endpoint (RFC 6749, 5.2)'),
  upstreamErrors: z.array(z.string()).optional().describe("The upstream's own words, redacted"),
});

/** The error responses of a route, by status; each names the codes it stands for. */
function errorResponses(codes: readonly ErrorCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(new Set(codes), statusOf);
  const content = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, { description: group.join(', '), content }]),
  );
}

/** Adds to a route what it shares with others: its errors, and whether it wants a token. */
const toDocumentedRoute: typeof jsonSchemaTransform = (document) => {
  const { schema, url } = jsonSchemaTransform(document);
  const { route } = document as { route: RouteOptions };
  const isOpen = route.config?.requiresToken !== true;
  const codes = [...COMMON_ERRORS, ...(isOpen ? [] : SIGNED_IN_ERRORS), ...(route.config?.errors ?? [])];
  const described = schema as { response?: Record<string, unknown>; security?: unknown };
  described.response = { ...described.response, ...errorResponses(codes) };
  described.security = isOpen ? [] : [{ bearer: [] }, { cookie: [] }];
  return { schema, url };
};

/** Puts the schemas that have names under `components`: of the two forms of each, asked and answered, those in use. */
const keepUsedSchemas: typeof jsonSchemaTransformObject = (document) => {
  const whole = jsonSchemaTransformObject(document);
  const components = 'components' in whole ? whole.components : undefined;
  const text = JSON.stringify(whole);
  for (const name of Object.keys(components?.schemas ?? {})) {
    if (!text.includes(`"#/components/schemas/${name}"`)) delete components?.schemas?.[name];
  }
  return whole;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for routes behind a token. */
    requiresToken?: boolean;
  }
}

/** `GET /openapi.json` (3.1) and `GET /docs`, made from the schemas that validate the routes. Registered before them. */
export const openapi = fp(
  async (app: FastifyInstance) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Quantgate',
          version: '1',
          description:
            'Agents, tasks and deployments of QuantConnect for your own users. GraphQL is at `/graphql`.',
        },
        components: {
          securitySchemes: {
            bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
            cookie: { type: 'apiKey', in: 'cookie', name: ACCESS_COOKIE },
          },
          schemas: { Problem: z.toJSONSchema(problem, { target: 'draft-2020-12' }) as object },
        },
      },
      transform: toDocumentedRoute,
      transformObject: keepUsedSchemas,
    });
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: DOCS_POLICY,
      // No other host: the page would ask one to validate the document.
      uiConfig: { validatorUrl: null },
    });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi' },
);
