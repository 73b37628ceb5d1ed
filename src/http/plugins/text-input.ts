import type { FastifyRequest, preValidationAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { badUserInputs, type FieldProblem } from '../../errors.ts';
import { decodePercent, findTextProblems, problemOfText } from '../../lib/text.ts';

const MALFORMED = 'must be well-formed Unicode';

/**
 * Refuses a path or query string that does not encode well-formed text, or that contains NUL. Fastify would keep such
 * parts of a query string undecoded, so that two spellings would mean one text.
 */
export const textInput = fp(
  async (app) => {
    app.addHook('preValidation', ({ params, raw }, _reply, done) => {
      refuse([...findTextProblems(params, 'params'), ...problemsOfTarget(raw.url ?? '')]);
      done();
    });
  },
  { name: 'text-input' },
);

/** A hook that does the same for a body. @throws GatewayError `BAD_USER_INPUT` that names each field */
export const refuseMalformedBody: preValidationAsyncHookHandler = async ({ body }: FastifyRequest) =>
  refuse(findTextProblems(body));

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw badUserInputs(problems);
}

function problemsOfTarget(target: string): FieldProblem[] {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  // Node reads each byte as a character of its own. Only ASCII is allowed (RFC 3986, section 2).
  if (!isAscii(path)) return [{ path: 'params', message: MALFORMED }];
  if (query === '') return [];
  return query.split('&').flatMap((parameter) => {
    const [name = '', value = ''] = parameter.split(/=(.*)/s);
    const wrongName = problemOf(name);
    if (wrongName !== undefined) return [{ path: 'querystring', message: `has a name that ${wrongName}` }];
    const wrong = problemOf(value);
    return wrong === undefined ? [] : [{ path: `querystring.${decoded(name)}`, message: wrong }];
  });
}

/** What is wrong with a name or value of a query string. */
function problemOf(encoded: string): string | undefined {
  const text = decoded(encoded);
  return text === undefined ? MALFORMED : problemOfText(text);
}

/** The text of a name or value in a query string (WHATWG URL, 5.1); undefined when it is malformed. */
function decoded(encoded: string): string | undefined {
  return isAscii(encoded) ? decodePercent(encoded.replaceAll('+', ' ')) : undefined;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
