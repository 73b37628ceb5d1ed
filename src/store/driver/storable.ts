/**
 * A parameter as every store can hold it. PostgreSQL has no NUL in text, so U+FFFD, the replacement character, stands for
 * it in both. Clients cannot send NUL (`lib/text.ts`); an upstream can.
 */
export function storable(parameter: unknown): unknown {
  return typeof parameter === 'string' ? parameter.replaceAll('\0', '\ufffd') : parameter;
}
