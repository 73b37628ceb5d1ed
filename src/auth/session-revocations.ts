/** Something tokens hang on that is over: a session, or a secret of a service account. */
export interface Revocation {
  /** The id tokens name it by. */
  sessionId: string;
  /** Whose it was. */
  userId: string;
}

/** An ending as it is told; of one that another process announced only the id is known. */
export type AnnouncedRevocation = Pick<Revocation, 'sessionId'> & Partial<Revocation>;

/** Tells those who keep something open for a token that the token's ground is gone. */
export interface SessionRevocations {
  announce(ending: AnnouncedRevocation): void;
  /** Calls `listener` after each ending; returns how to stop that. */
  onRevoked(listener: (ending: AnnouncedRevocation) => void): () => void;
}

/** Which of these ids name nothing any more that a token could hang on. */
export type FindRevoked = (sessionIds: readonly string[]) => Promise<string[]>;

/** The endings of a single process. */
export function createSessionRevocations(): SessionRevocations {
  const listeners = new Set<(ending: AnnouncedRevocation) => void>();
  return {
    announce(ending) {
      for (const listener of listeners) listener(ending);
    },
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
