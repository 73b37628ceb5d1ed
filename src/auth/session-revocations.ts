/** Something tokens hang on that is over: a session, or a secret of a service account. */
export interface Ending {
  /** The id tokens name it by. */
  sessionId: string;
  /** Whose it was. */
  userId: string;
}

/** An ending as it is told; of one that another process announced only the id is known. */
export type AnnouncedEnding = Pick<Ending, 'sessionId'> & Partial<Ending>;

/** Tells those who keep something open for a token that the token's ground is gone. */
export interface Endings {
  announce(ending: AnnouncedEnding): void;
  /** Calls `listener` after each ending; returns how to stop that. */
  onEnded(listener: (ending: AnnouncedEnding) => void): () => void;
}

/** Which of these ids name nothing any more that a token could hang on. */
export type EndedAmong = (sessionIds: readonly string[]) => Promise<string[]>;

/** The endings of a single process. */
export function createEndings(): Endings {
  const listeners = new Set<(ending: AnnouncedEnding) => void>();
  return {
    announce(ending) {
      for (const listener of listeners) listener(ending);
    },
    onEnded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
