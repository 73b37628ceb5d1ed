import type { AuditKind } from './audit.ts';
import { access } from './kinds/access.ts';
import { canaries } from './kinds/canaries.ts';
import { documents } from './kinds/documents.ts';
import { isolation } from './kinds/isolation.ts';
import { neighbors } from './kinds/neighbors.ts';
import { poison } from './kinds/poison.ts';
import { requests } from './kinds/requests.ts';
import { tokens } from './kinds/tokens.ts';
import { watchTokens } from './kinds/watch-tokens.ts';

/** Every kind, in the order of the table. */
export const kinds: readonly AuditKind[] = [
  isolation,
  access,
  watchTokens,
  documents,
  requests,
  tokens,
  poison,
  neighbors,
  canaries,
];
