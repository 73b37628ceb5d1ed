import { keepCompiledCode } from '../composition/compile-cache.ts';

keepCompiledCode();
await import('./run.ts');
