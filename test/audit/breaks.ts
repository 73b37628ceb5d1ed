import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control that is removed from a copy of the gateway, to prove that the audit sees it. */
export type AuditBreak = keyof typeof AUDIT_BREAKS;

interface Removal {
  /** The kind that must fail. */
  seenBy: string;
  patches: readonly Patch[];
}

interface Patch {
  file: string;
  /** Must be in the file exactly once. */
  find: string;
  replace: string;
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
        find: 'fingerprint(secrets)} ',
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
      { file: 'src/auth/tokens.ts', find: 'typ: z.literal(TYPE)', replace: 'typ: z.string()' },
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

/**
 * Copies the gateway and the audit into a folder and patches the copy.
 * @throws Error if the text to replace is not in the file exactly once: then the patch has to follow the code
 */
export function brokenAuditCopy(root: string, folder: string, what: AuditBreak): string {
  const copy = join(folder, 'broken');
  mkdirSync(copy);
  for (const name of ['src', 'simulator', 'test', 'package.json', 'schema.graphql'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, find, replace } of AUDIT_BREAKS[what].patches) {
    const path = join(copy, file);
    const parts = readFileSync(path, 'utf8').split(find);
    if (parts.length !== 2) {
      throw new Error(`--break ${what}: ${file} holds ${parts.length - 1} times, instead of once: ${find}`);
    }
    writeFileSync(path, parts.join(replace));
  }
  return copy;
}
