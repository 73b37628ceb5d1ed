import type { Readable } from 'node:stream';
import fp from 'fastify-plugin';
import { badUserInput, GatewayError } from '../../errors.ts';
import { decodeUtf8 } from '../../lib/text.ts';

/**
 * Accepts JSON bodies only, and not encoded ones. An empty body counts as no body, also when it is sent in chunks or has another type;
 * the schema of a route says whether it needs one. Keys that could change a prototype (`__proto__`, `constructor`) are refused.
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
    app.addContentTypeParser('*', (_request, payload, done) => refuseContent(payload, done));
    app.addHook('preParsing', ({ headers }, reply, payload, done) => {
      if (isUnencoded(headers['content-encoding'])) return done(null, payload);
      // What would be taken (RFC 9110, section 15.5.16). The body is not read, so the connection cannot be used again.
      reply.headers({ 'accept-encoding': 'identity', connection: 'close' });
      throw new GatewayError(
        'UNSUPPORTED_MEDIA_TYPE',
        'The body must not be encoded: no Content-Encoding is supported',
      );
    });
  },
  { name: 'json-only' },
);

/** The refusal of a body of other bytes than UTF-8; a charset that it claims does not count (RFC 8259, section 8.1). */
export function notUtf8() {
  return badUserInput({ path: '', message: 'the body must be UTF-8' });
}

/** True without a `Content-Encoding`, and for one that changes nothing (RFC 9110, section 8.4). */
function isUnencoded(encoding: string | undefined): boolean {
  return (
    encoding === undefined || encoding.split(',').every((coding) => /^(identity)?$/i.test(coding.trim()))
  );
}

/** Ends at the first byte of a body that has another type, or none. */
function refuseContent(payload: Readable, done: (error: Error | null, body?: undefined) => void): void {
  const end = (error: Error | null): void => {
    payload.off('data', onData).off('end', onEnd).off('error', onError);
    done(error);
  };
  const onData = (): void => end(new GatewayError('UNSUPPORTED_MEDIA_TYPE'));
  const onEnd = (): void => end(null);
  const onError = (error: Error): void => end(error);
  payload.on('data', onData).on('end', onEnd).on('error', onError);
}
