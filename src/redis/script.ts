import { createHash } from 'node:crypto';

/** A Lua script. Redis runs it atomically. */
export interface Script {
  lua: string;
  /** SHA-1 of the script, by which Redis finds a script that it has run before. */
  sha: string;
}

export function script(lua: string): Script {
  return {
    lua,
    sha: createHash('sha1').update(lua).digest('hex'),
  };
}
