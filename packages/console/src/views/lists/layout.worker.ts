import { type LayoutInput, layOut } from './layout.ts';

/** A worker, so that the page stays usable while a large graph is laid out. */
self.addEventListener('message', ({ data }: MessageEvent<LayoutInput>) => self.postMessage(layOut(data)));
