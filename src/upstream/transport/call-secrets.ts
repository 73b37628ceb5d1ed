/** Names of members whose text is a secret. */
export const SECRET_NAME =
  /(?:^|[a-z_-])(?:secret|password|authorization|cookie|api_?-?key|private_?-?key|access_?-?token|api_?-?token)$/i;

/** Names that say so only in what is sent: an LLM key (docs/upstream/quantconnect.md, Agent fields), and any token. */
const SENT_NAME = /^llmApiTokenUser$|token$/i;

/** The secrets in the body of a request: each text whose name says so, at any depth. */
export function secretsIn(body: unknown): string[] {
  const secrets: string[] = [];
  // A stack instead of recursion: the depth of metadata is the caller's choice.
  for (const values: unknown[] = [body]; values.length > 0; ) {
    const value = values.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inside] of Object.entries(value)) {
      if (typeof inside !== 'string') values.push(inside);
      else if (SECRET_NAME.test(name) || SENT_NAME.test(name)) secrets.push(inside);
    }
  }
  return secrets;
}
