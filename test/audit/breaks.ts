import { type FilePatch, patchedCopy } from '../support/patched-copy.ts';

/** A control that is removed from a copy of the gateway, to prove that the audit sees it. */
export type AuditBreak = keyof typeof AUDIT_BREAKS;

interface Removal {
  /** The kind that must fail. */
  seenBy: string;
  patches: readonly FilePatch[];
}

/** The code of each control, and its replacement without it. */
export const AUDIT_BREAKS = {
  /** Equal reads under way are shared by all credentials; two keys keep them apart. */
  singleFlight: {
    seenBy: 'isolation',
    patches: [
      {
        file: 'src/upstream/policies/order.ts',
        find: 'flights.run(credentialId,',
        replace: "flights.run('everyone',",
      },
      {
        file: 'src/upstream/policies/call.ts',
        find: 'fingerprint} ',
        replace: "'everyone'} ",
      },
    ],
  },
  /** A credential is found by its id, whoever it belongs to. */
  credentialOwner: {
    seenBy: 'object access',
    patches: [
      {
        file: 'src/store/identity/credentials.ts',
        find: "    .where('id', '=', id)\n    .where('ownerId', '=', ownerId)\n    .executeTakeFirst();\n}\n\n/** A credential of any owner",
        replace: "    .where('id', '=', id)\n    .executeTakeFirst();\n}\n\n/** A credential of any owner",
      },
    ],
  },
  /** A token's header may say any type; two checks keep that out. */
  tokenType: {
    seenBy: 'tokens',
    patches: [
      { file: 'src/auth/tokens.ts', find: 'typ: z.enum([TYPE, WATCH_TYPE])', replace: 'typ: z.string()' },
      { file: 'src/auth/jwt.ts', find: 'checkTyp: rules.type,', replace: '' },
    ],
  },
  /** Depth is not limited. */
  depth: {
    seenBy: 'hostile documents',
    patches: [
      {
        file: 'src/http/graphql/documents/prepare.ts',
        find: "assertWithin('depth', depth, limits.maxDepth);",
        replace: 'void depth;',
      },
    ],
  },
} as const satisfies Record<string, Removal>;

/** Copies the gateway and the audit into a folder and patches the copy. @throws as `patchedCopy` does */
export function brokenAuditCopy(root: string, folder: string, what: AuditBreak): string {
  const names = ['src', 'simulator', 'test', 'package.json', 'schema.graphql'];
  return patchedCopy(
    root,
    folder,
    names,
    AUDIT_BREAKS[what].patches.map((patch) => [what, patch]),
  );
}
