import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { SECRET_NAME } from '../transport/call-secrets.ts';

/**
 * An agent holds its owner's LLM key in `token: {llmApiTokenUser, llmProviderApi}` (docs/upstream/quantconnect.md, Agent
 * fields). Agents also stand in chains, conversations and results of tools, so the key is looked for everywhere.
 */
const KEY = 'llmApiTokenUser';
const PROVIDER = 'llmProviderApi';

/** The key inside text, for instance in JSON that a tool has written as text; quotes may be escaped. */
const KEY_IN_TEXT = /(llmApiTokenUser\\*["']?\s*[:=]\s*\\*["']?)[^"'\\\s,}]+/g;

/** What of a member may be shown; `undefined` for nothing. */
type Reduce = (name: string, value: unknown) => unknown;

/** A value without LLM keys, at any depth: of an agent's `token` only the provider stays. A value without is returned itself. */
export function withoutLlmKeys(value: unknown): unknown {
  return reduced(value, (name, inside) => {
    if (name === KEY) return undefined;
    const isAgentToken = name === 'token' && isJsonObject(inside) && (KEY in inside || PROVIDER in inside);
    return isAgentToken ? providerOf(inside) : inside;
  });
}

/**
 * Like `withoutLlmKeys`, for members that no decoder names: each `token` counts as an agent's, and texts whose name says
 * that they are secret are left out.
 */
export function withoutSecrets<T>(value: T): T {
  return reduced(value, (name, inside) => {
    if (name === 'token') return isJsonObject(inside) ? providerOf(inside) : undefined;
    return name === KEY || (typeof inside === 'string' && SECRET_NAME.test(name)) ? undefined : inside;
  }) as T;
}

/** `undefined` when the token names no provider. */
function providerOf(token: JsonObject): JsonObject | undefined {
  const provider = token[PROVIDER];
  if (typeof provider !== 'string') return undefined;
  return Object.keys(token).length === 1 ? token : { [PROVIDER]: provider };
}

/** Copies only what changes. The depth is that of a parsed answer, which is bounded (read-body.ts in `transport`). */
function reduced(value: unknown, reduce: Reduce): unknown {
  if (typeof value === 'string')
    return value.includes(KEY) ? value.replace(KEY_IN_TEXT, '$1[redacted]') : value;
  if (Array.isArray(value)) {
    const copy = value.map((element) => reduced(element, reduce));
    return copy.every((element, index) => element === value[index]) ? value : copy;
  }
  if (!isJsonObject(value)) return value;
  let isSame = true;
  const entries: [string, unknown][] = [];
  for (const [name, inside] of Object.entries(value)) {
    const shown = reduce(name, inside);
    const kept = shown === undefined ? undefined : reduced(shown, reduce);
    if (kept !== inside) isSame = false;
    if (kept !== undefined) entries.push([name, kept]);
  }
  return isSame ? value : Object.fromEntries(entries);
}
