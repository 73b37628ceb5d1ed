/** A fenced block of a document, and what the comment before it says is to happen with it. */
export interface Block {
  language: string;
  text: string;
  /**
   * `run`, `run in the background`, `file: <name>`, `module: <name>`, which test/browser/guide.test.ts runs in a page, or
   * `not run: <reason>`; undefined without a comment.
   */
  mark: string | undefined;
}

/** Every fenced block, in order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/(?:^<!-- (.+) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ([, mark, language = '', text = '']) => ({ mark, language, text }),
  );
}
