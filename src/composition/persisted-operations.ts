import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../config.ts';

const operations = z.record(z.string(), z.string());

/**
 * Reads the file of `PERSISTED_OPERATIONS`: a JSON object of SHA-256 (hex) → document.
 * @throws ConfigError when it cannot be read, has another format, or holds a document under a wrong hash
 */
export function readPersistedOperations(file: string): ReadonlyMap<string, string> {
  const parsed = operations.safeParse(readJson(file));
  if (!parsed.success) throw fileError(file, 'must be a JSON object of {sha256: document}');
  const entries = Object.entries(parsed.data);
  const wrong = entries.filter(([hash, document]) => hash !== sha256(document)).map(([hash]) => hash);
  if (wrong.length > 0) throw fileError(file, `holds documents that do not match: ${wrong.join(', ')}`);
  return new Map(entries);
}

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch {
    throw fileError(file, 'is not JSON');
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError(
      file,
      `cannot be read (${error instanceof Error && 'code' in error ? error.code : 'failed'})`,
    );
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function fileError(file: string, problem: string): ConfigError {
  return new ConfigError(`The environment is not usable:\n  PERSISTED_OPERATIONS ${file} ${problem}`);
}
