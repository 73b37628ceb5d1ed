import type { Runtime } from '../../composition/runtime.ts';
import { loadConfig } from '../../config.ts';
import { isGatewayError } from '../../errors.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createQuantConnect } from '../../upstream/quantconnect/quantconnect.ts';

/** An account of QuantConnect, or of the simulator. */
export interface Account {
  baseUrl: string;
  userId: string;
  apiToken: string;
}

/**
 * Asks QuantConnect whether it accepts the account: one signed read that changes nothing.
 * @returns the code of the failure (docs/guide/errors.md); undefined when it accepts
 */
export async function verifyAccount(
  { baseUrl, userId, apiToken }: Account,
  { clock, random, version }: Runtime,
): Promise<string | undefined> {
  const silent = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const upstream = createQuantConnect({
    ...loadConfig({}).upstream,
    baseUrl,
    version,
    clock,
    random,
    logger: (level, message, fields) => silent[level](fields, message),
  });
  try {
    const credential = { ownerId: 'init', credentialId: 'init', userId, apiToken };
    await upstream.client(credential, 'interactive').authenticate();
    return undefined;
  } catch (error) {
    if (isGatewayError(error)) return error.code;
    throw error;
  } finally {
    await upstream.close();
  }
}
