import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type ErrorCode, errorCodes, statusOf } from '../../errors.ts';
import { readVersion } from '../../telemetry/version.ts';
import { readPageFiles } from '../pages/files.ts';
import { ACCESS_COOKIE } from '../plugins/cookies.ts';
import { PROBLEM_TYPE } from '../plugins/problem-details.ts';
import { completeOperations, headerComponents, TAGS, zodToJsonConfig } from './openapi-document.ts';
import { COMMON_ERRORS, SIGNED_IN_ERRORS } from './route-errors.ts';

/** The Content-Security-Policy of the documentation page: it loads its own files only. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const field = z.object({ path: z.string(), message: z.string() });

/** The problem document (RFC 9457) of every error. */
const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]),
  requestId: z.string(),
  retryAfter: z.number().optional().describe('Seconds after which the request can be retried'),
  fields: z.array(field).optional().describe('The invalid fields, at most 20'),
  moreFields: z.int().optional().describe('How many more fields are invalid'),
  error: z.string().optional().describe('The OAuth error code of the token endpoint (RFC 6749, 5.2)'),
  upstreamErrors: z
    .array(z.string())
    .optional()
    .describe("The upstream's error messages, with secrets removed"),
});

/** The error responses of a route, by status. The description lists the codes. */
function errorResponses(codes: readonly ErrorCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(new Set(codes), statusOf);
  const content = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, { description: group.join(', '), content }]),
  );
}

/** The answer of every `GET` to an `If-None-Match` that has the `ETag`. */
const NOT_MODIFIED = { 304: { description: 'What the client has, by If-None-Match, is still so' } };

const jsonSchemaTransform = createJsonSchemaTransform({ zodToJsonConfig });
const jsonSchemaTransformObject = createJsonSchemaTransformObject({ zodToJsonConfig });

/** Adds the errors of a route, and whether it requires a token. */
const toDocumentedRoute: typeof jsonSchemaTransform = (document) => {
  const { schema, url } = jsonSchemaTransform(document);
  const { route } = document as { route: RouteOptions };
  const isPublic = route.config?.requiresToken !== true;
  const codes = [...COMMON_ERRORS, ...(isPublic ? [] : SIGNED_IN_ERRORS), ...(route.config?.errors ?? [])];
  const documented = schema as { response?: Record<string, unknown>; security?: unknown };
  const isRead = route.method === 'GET';
  documented.response = { ...documented.response, ...(isRead && NOT_MODIFIED), ...errorResponses(codes) };
  documented.security = isPublic ? [] : [{ bearer: [] }, { cookie: [] }, { oauth: [] }];
  return { schema, url };
};

/** Removes unused schemas from `components`: each named schema has a form for inputs and one for answers. */
const keepUsedSchemas: typeof jsonSchemaTransformObject = (document) => {
  const transformed = jsonSchemaTransformObject(document);
  const components = 'components' in transformed ? transformed.components : undefined;
  // One that only unused ones name is unused as well.
  for (let isOver = false; !isOver; ) {
    const text = JSON.stringify(transformed);
    const unused = Object.keys(components?.schemas ?? {}).filter(
      (name) => !text.includes(`"#/components/schemas/${name}"`),
    );
    for (const name of unused) delete components?.schemas?.[name];
    isOver = unused.length === 0;
  }
  if ('paths' in transformed) completeOperations(transformed.paths as Record<string, object>);
  return transformed;
};

/** RFC 6749, section 4.4. */
const clientCredentials = {
  tokenUrl: '/v1/auth/token',
  scopes: {
    read: 'Read everything',
    write: 'Change agents, tasks, AI tasks and credentials',
    deploy: 'Deploy, prompt, stop and delete deployments, and carry out AI tasks',
    act_as: 'Get tokens for users',
  },
};

/** Says where the routes are. */
function withServer<T>(document: T, url: string): T & { servers: { url: string }[] } {
  return { ...document, servers: [{ url }] };
}

/** Runs in the page, with each request that it sends: a session by cookie needs this header. */
function addCsrfHeader<T>(request: T): T {
  Object.assign((request as { headers: object }).headers, { 'x-csrf': '1' });
  return request;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for routes that require an access token. */
    requiresToken?: boolean;
  }
}

/** Serves `GET /openapi.json` (3.1) and `GET /docs`, from the schemas that validate the routes. Register it before them. */
export const openapi = fp(
  async (app: FastifyInstance) => {
    const version = await readVersion();
    const page = await readPageFiles();
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Quantgate',
          version,
          description:
            'Agents, tasks and deployments of QuantConnect, and AI tasks of QuantCDN. GraphQL is at `/graphql`.',
        },
        tags: TAGS,
        components: {
          headers: headerComponents(),
          securitySchemes: {
            bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
            cookie: { type: 'apiKey', in: 'cookie', name: ACCESS_COOKIE },
            oauth: { type: 'oauth2', description: 'Service accounts', flows: { clientCredentials } },
          },
          schemas: { Problem: z.toJSONSchema(problem, { target: 'draft-2020-12' }) as object },
        },
      },
      transform: toDocumentedRoute,
      // Called for the first request of the document: the server listens by then.
      transformObject: (document) => withServer(keepUsedSchemas(document), app.publicUrl()),
    });
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: DOCS_POLICY,
      uiConfig: {
        // By default the page sends the document to another host for validation.
        validatorUrl: null,
        docExpansion: 'none',
        layout: 'BaseLayout',
        defaultModelsExpandDepth: 0,
        requestInterceptor: addCsrfHeader,
      },
      theme: {
        title: 'Quantgate REST',
        favicon: [
          { filename: 'logo.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: page.logo },
        ],
        css: [{ filename: 'session.css', content: `body { margin: 0; }\n${page.css}` }],
        js: [{ filename: 'session.js', content: page.script }],
      },
      // The page calls the host that it was loaded from, by the same name.
      transformSpecificationClone: false,
      transformSpecification: (document) => withServer(document, new URL(app.publicUrl()).pathname),
    });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi', dependencies: ['trusted-origins'] },
);
