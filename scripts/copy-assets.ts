/**
 * The last step of `npm run build`: copies the files that the compiled code reads at run time, and the built console. The output mirrors the
 * project, so every relative path stays the same. Takes the output folder; `dist` without.
 */
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildConsole } from './build-console.ts';

const ASSETS = [
  ...['schema.graphql', 'package.json', 'src/auth/common-passwords.txt'],
  ...['src/http/pages/logo.svg', 'src/http/pages/session.css', 'src/http/pages/session.js'],
];

const project = resolve(import.meta.dirname, '..');
const output = resolve(project, process.argv[2] ?? 'dist');
await buildConsole();
await cp(join(project, 'packages/console/dist'), join(output, 'packages/console/dist'), { recursive: true });
for (const asset of ASSETS) await cp(join(project, asset), join(output, asset));
