/**
 * The last step of `npm run build`: copies the files that the compiled code reads at run time. The output mirrors the
 * project, so every relative path stays the same. Takes the output folder; `dist` without.
 */
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ASSETS = ['schema.graphql', 'package.json', 'src/auth/common-passwords.txt'];

const project = resolve(import.meta.dirname, '..');
const output = resolve(project, process.argv[2] ?? 'dist');
for (const asset of ASSETS) await cp(join(project, asset), join(output, asset));
