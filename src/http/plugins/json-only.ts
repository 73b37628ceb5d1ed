import fp from 'fastify-plugin';

/**
 * Bodies are JSON and nothing else. An empty body is no body, also under `content-type: application/json`:
 * routes that need one say so by their schema. Keys that would reach an object's prototype are refused.
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
