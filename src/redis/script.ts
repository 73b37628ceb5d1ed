import { createHash } from 'node:crypto';

/** Lua that runs as a whole: nothing else happens in between. */
export interface Script {
  lua: string;
  /** What Redis calls it once it has seen it. */
  sha: string;
}

export function script(lua: string): Script {
  return {
    lua,
    sha: createHash('sha1').update(lua).digest('hex'),
  };
}
