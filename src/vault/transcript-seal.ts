import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { transcriptBindingOf } from './binding.ts';
import type { SealedBytes, Vault } from './vault.ts';

/** Where a transcript belongs: to one thread of a deployment, '' for its own. */
export interface TranscriptPlace {
  ownerId: string;
  deploymentId: string;
  thread: string;
}

/** Seals transcripts and opens them; the text is compressed first, off the main thread. */
export interface TranscriptSeal {
  seal(place: TranscriptPlace, text: string): Promise<SealedBytes>;
  /** @throws GatewayError `INTERNAL` when it belongs to another place, was changed, or its key is missing */
  open(row: TranscriptPlace & SealedBytes): Promise<string>;
}

const compress = promisify<Uint8Array, Buffer>(deflate);
const decompress = promisify<Uint8Array, Buffer>(inflate);

export function createTranscriptSeal(vault: Pick<Vault, 'sealBytes' | 'openBytes'>): TranscriptSeal {
  return {
    async seal(place, text) {
      return vault.sealBytes(transcriptBindingOf(place), await compress(Buffer.from(text)));
    },
    async open(row) {
      return (await decompress(vault.openBytes(transcriptBindingOf(row), row))).toString();
    },
  };
}
