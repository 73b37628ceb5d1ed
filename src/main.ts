import { keepCompiledCode, writeCompiledCode } from './composition/compile-cache.ts';

keepCompiledCode();
const { run } = await import('./start.ts');
await run();
writeCompiledCode();
