import type { AuditKind } from './audit.ts';
import { documents } from './kinds/documents.ts';
import { tokens } from './kinds/tokens.ts';

/** Every kind, in the order of the table. */
export const kinds: readonly AuditKind[] = [documents, tokens];
