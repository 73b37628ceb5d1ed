/** Long work of several owners, a piece of it in each turn of the event loop. */
export interface Turns {
  /** Resolves when the next piece of this owner's work is due. */
  next(ownerId: string): Promise<void>;
}

/**
 * Creates turns: one waiting piece is done in each turn of the event loop, and the owners that wait take turns, in the
 * order in which they came. So requests of others are served between the pieces, however many pieces one owner has.
 * @param defer runs a task in the next turn of the event loop: `setImmediate`
 */
export function createTurns(defer: (task: () => void) => void): Turns {
  const waiting = new Map<string, (() => void)[]>();

  const serve = (): void => {
    const first = waiting.entries().next();
    if (first.done) return;
    const [ownerId, pieces] = first.value;
    const start = pieces.shift();
    waiting.delete(ownerId);
    // The owner goes to the end of the line.
    if (pieces.length > 0) waiting.set(ownerId, pieces);
    if (waiting.size > 0) defer(serve);
    start?.();
  };

  return {
    next: (ownerId) =>
      new Promise((resolve) => {
        if (waiting.size === 0) defer(serve);
        const pieces = waiting.get(ownerId);
        if (pieces) pieces.push(resolve);
        else waiting.set(ownerId, [resolve]);
      }),
  };
}
