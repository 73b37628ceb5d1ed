/** Something tokens hang on that is over: a session, or a secret of a service account. */
export interface Ending {
  /** The id tokens name it by. */
  sessionId: string;
  /** Whose it was. */
  userId: string;
}

/** Tells those who keep something open for a token that the token's ground is gone. */
export interface Endings {
  announce(ending: Ending): void;
  /** Calls `listener` after each ending; returns how to stop that. */
  onEnded(listener: (ending: Ending) => void): () => void;
}

export const createEndings = (): Endings => {
  const listeners = new Set<(ending: Ending) => void>();
  return {
    announce(ending) {
      for (const listener of listeners) listener(ending);
    },
    onEnded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
