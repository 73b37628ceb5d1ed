/** What a newcomer stores as the first credential. */
export interface FirstCredential {
  userId: string;
  organizationId: string;
  /** A word for a shell inside JSON: the token itself where it is public, else a variable. */
  apiToken: string;
}

/**
 * The commands from a fresh `.env` to the first list of agents, for a shell in the folder of that file. No secret is in them: the
 * password comes from `.env`.
 * @param url where the gateway will listen
 */
export function firstCommands(url: string, { userId, organizationId, apiToken }: FirstCredential): string[] {
  const authorized = '-H "authorization: Bearer $TOKEN"';
  return [
    '. ./.env',
    `TOKEN=$(curl -s ${url}/v1/auth/login -H 'content-type: application/json' -d "{\\"email\\": \\"$ADMIN_EMAIL\\", \\"password\\": \\"$ADMIN_PASSWORD\\"}" | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `curl -s ${url}/v1/credentials ${authorized} -H 'content-type: application/json' -d "{\\"provider\\": \\"QUANTCONNECT\\", \\"label\\": \\"main\\", \\"userId\\": \\"${userId}\\", \\"organizationId\\": \\"${organizationId}\\", \\"apiToken\\": \\"${apiToken}\\"}"`,
    `curl -s ${url}/v1/agents ${authorized}`,
  ];
}
