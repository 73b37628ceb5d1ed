/** Compiles what a start imports, and keeps that: for an image, which is built once and started often. Nothing is started. */
import { keepCompiledCode, writeCompiledCode } from './composition/compile-cache.ts';

keepCompiledCode();
await import('./start.ts');
writeCompiledCode();
