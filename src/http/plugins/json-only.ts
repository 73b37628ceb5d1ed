import fp from 'fastify-plugin';
import { badUserInput } from '../../errors.ts';
import { decodeUtf8 } from '../../lib/text.ts';

/**
 * Accepts JSON bodies only. An empty body counts as no body, even with `content-type: application/json`; the schema of a
 * route says whether it needs one. Keys that could change a prototype (`__proto__`, `constructor`) are refused.
 */
export const jsonOnly = fp(
  async (app) => {
    const parse = app.getDefaultJsonParser('error', 'error');
    app.removeAllContentTypeParsers();
    app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      if (body.length === 0) return done(null, undefined);
      const text = decodeUtf8(body);
      if (text === undefined) return done(notUtf8(), undefined);
      return parse(request, text, done);
    });
  },
  { name: 'json-only' },
);

/** The refusal of a body of other bytes than UTF-8; a charset that it claims does not count (RFC 8259, section 8.1). */
export function notUtf8() {
  return badUserInput({ path: '', message: 'the body must be UTF-8' });
}
