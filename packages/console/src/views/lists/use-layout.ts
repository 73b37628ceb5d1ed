import { useEffect, useRef, useState } from 'react';
import type { LayoutInput, LayoutResult } from './layout.ts';

/** A change of the structure waits so long for the next one: a list arrives in pieces. */
const SETTLE_MS = 120;

/** A layout, and the structure that it is of. */
export interface Layout extends LayoutResult {
  key: string;
}

/**
 * Lays a graph out in a worker, once for each structure; undefined before the first one is done. While the next one is under way
 * the last one stays.
 * @param key changes when the structure does
 */
export function useLayout(key: string, read: () => LayoutInput): { layout?: Layout; error?: Error } {
  const [state, setState] = useState<{ layout?: Layout; error?: Error }>({});
  const worker = useRef<Worker | undefined>(undefined);
  const latest = useRef(read);
  latest.current = read;

  useEffect(() => {
    const own = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.current = own;
    return () => {
      own.terminate();
      worker.current = undefined;
    };
  }, []);

  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      const own = worker.current;
      if (own === undefined) return;
      own.onmessage = ({ data }: MessageEvent<LayoutResult>) => {
        if (isCurrent) setState({ layout: { ...data, key } });
      };
      own.onerror = (event) => {
        if (isCurrent) setState({ error: new Error(event.message || 'The graph could not be laid out') });
      };
      own.postMessage(latest.current());
    }, SETTLE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key]);

  return state;
}
