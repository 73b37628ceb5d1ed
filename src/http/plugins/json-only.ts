import fp from 'fastify-plugin';

/**
 * Accepts JSON bodies only. An empty body counts as no body, even with `content-type: application/json`; the schema of a
 * route says whether it needs one. Keys that could change a prototype (`__proto__`, `constructor`) are refused.
 */
export const jsonOnly = fp(
  async (app) => {
    const parse = app.getDefaultJsonParser('error', 'error');
    app.removeAllContentTypeParsers();
    app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
      body === '' ? done(null, undefined) : parse(request, body, done),
    );
  },
  { name: 'json-only' },
);
