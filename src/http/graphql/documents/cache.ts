/** How many valid documents are remembered. Invalid ones are not. */
export const CACHED_DOCUMENTS = 200;

/** The longest document that is remembered, in characters: all together have at most 8 million. */
const MAX_CACHED_LENGTH = 40_000;

/** True for a document that may be remembered. */
export function isSmall(text: string): boolean {
  return text.length <= MAX_CACHED_LENGTH;
}
