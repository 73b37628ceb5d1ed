/** One instruction of a Dockerfile, its continuation lines joined: `{ keyword: 'RUN', text: 'npm ci' }`. */
export interface Instruction {
  keyword: string;
  text: string;
}

/** What begins with `FROM`. */
export interface Stage {
  name: string;
  base: string;
  instructions: Instruction[];
}

/** The stages of a Dockerfile, in order. Reads what ours uses: no variables, no heredocs. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean);
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, keyword = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (keyword === '') throw new Error(`not an instruction: ${line}`);
    if (keyword === 'FROM') {
      const [base = '', , name = String(stages.length)] = rest.split(' ');
      stages.push({ name, base, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ keyword, text: rest });
    }
  }
  return stages;
}

/** The text of the last instruction of a kind. @throws Error when there is none */
export function lastOf(stage: Stage, keyword: string): string {
  const found = stage.instructions.findLast((instruction) => instruction.keyword === keyword);
  if (found === undefined) throw new Error(`the stage ${stage.name} has no ${keyword}`);
  return found.text;
}

/** The words after `CMD` in exec form, also where it follows the options of `HEALTHCHECK`. */
export function wordsOf(text: string): string[] {
  return JSON.parse(text.slice(text.indexOf('[')));
}

/** The values of `ENV`, all instructions together. */
export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = stage.instructions
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ text }) => text.split(' ').map((pair) => pair.split('=') as [string, string]));
  return Object.fromEntries(pairs);
}
