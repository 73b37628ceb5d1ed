import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Lets Node keep compiled code in `.compile-cache` beside the source, or where `NODE_COMPILE_CACHE` says. A start without
 * it compiles for longer than it does anything else. It serves what is imported later; where the folder cannot be written
 * to, Node compiles each time.
 */
export function keepCompiledCode(): void {
  enableCompileCache(fileURLToPath(new URL('../../.compile-cache', import.meta.url)));
}

/**
 * Writes what was compiled so far. Node itself does so only when a process ends by itself: one that is killed, again and
 * again, would compile everything at each start.
 */
export function writeCompiledCode(): void {
  flushCompileCache();
}
