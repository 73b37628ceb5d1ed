import { createHash } from 'node:crypto';

/** Lua that runs as a whole: nothing else happens in between. */
export interface Script {
  lua: string;
  /** What Redis calls it once it has seen it. */
  sha: string;
}

export const script = (lua: string): Script => ({
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
});
