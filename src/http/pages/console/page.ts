import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/** How a file may be sent: as it is, or compressed. */
export type Encoding = 'br' | 'gzip' | 'identity';

/** A file of the page in each encoding that it has. */
export interface PageFile {
  type: string;
  etag: string;
  bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer };
}

/** What the gateway tells the page in its HTML: it has to know this before it can ask anything. */
export interface PageFacts {
  /** The path of the gateway as browsers see it, without a slash at the end. */
  prefix: string;
  /** Whether users may register themselves. */
  isRegistrationOpen: boolean;
  /** The credential of the simulator that stands in for QuantConnect, which the page offers to all users. */
  simulator: SimulatorCredential | undefined;
}

interface SimulatorCredential {
  userId: string;
  apiToken: string;
  organizationId: string;
}

/** The built page of `packages/console`. */
export interface ConsolePage {
  /** The HTML, which is the same for all paths. */
  html(facts: PageFacts): Promise<PageFile>;
  /** A file of the page by its name, which has a hash of its content; undefined for one that does not exist. */
  asset(name: string): Promise<PageFile> | undefined;
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Where `npm run build:console` writes. `npm run build` copies it to the same place of its output. */
const BUILT = join(import.meta.dirname, '../../../../packages/console/dist');

/** Reads what was built; undefined when nothing was. Files are read when they are first asked for, and kept. */
export async function openConsolePage(folder = BUILT): Promise<ConsolePage | undefined> {
  const template = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
  if (template === undefined) return undefined;
  const names = new Set(await readdir(join(folder, 'assets')));
  const read = new Map<string, Promise<PageFile>>();
  return {
    html: ({ prefix, isRegistrationOpen, simulator }) =>
      remember(read, 'index.html', async () => {
        const text = template
          .replace('__BASE__', `${escapeAttribute(prefix)}/console/`)
          .replace('__REGISTRATION__', isRegistrationOpen ? 'open' : 'closed')
          .replace('__SIMULATOR__', simulator === undefined ? '' : toText(simulator));
        return compressed('text/html; charset=utf-8', Buffer.from(text));
      }),
    asset(name) {
      const type = TYPES[extname(name)];
      if (type === undefined || !names.has(name)) return undefined;
      return remember(read, `assets/${name}`, () => readAsset(join(folder, 'assets', name), type, names));
    },
  };
}

/** Keeps what was read; a failed read is tried again. */
function remember(
  read: Map<string, Promise<PageFile>>,
  key: string,
  make: () => Promise<PageFile>,
): Promise<PageFile> {
  const known = read.get(key);
  if (known !== undefined) return known;
  const made = make();
  read.set(key, made);
  made.catch(() => read.delete(key));
  return made;
}

/** The build has compressed what gets smaller by it. */
async function readAsset(path: string, type: string, names: ReadonlySet<string>): Promise<PageFile> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const readIf = (ending: string) => (names.has(name + ending) ? readFile(path + ending) : undefined);
  const [identity, br, gzipped] = await Promise.all([readFile(path), readIf('.br'), readIf('.gz')]);
  return { type, etag: etagOf(identity), bodies: { identity, br, gzip: gzipped } };
}

async function compressed(type: string, identity: Buffer): Promise<PageFile> {
  const [br, gzipped] = await Promise.all([compress.br(identity), compress.gzip(identity)]);
  return { type, etag: etagOf(identity), bodies: { identity, br, gzip: gzipped } };
}

/** Weak: the encodings of a file share it. */
function etagOf(body: Buffer): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** As `CONSOLE_SIMULATOR` writes it: letters, digits and colons only. */
function toText({ userId, apiToken, organizationId }: SimulatorCredential): string {
  return `${userId}:${apiToken}:${organizationId}`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
