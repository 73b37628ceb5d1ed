/** A session, or a secret of a service account, that is no longer valid. */
export interface Revocation {
  /** The id that tokens carry as `sid`. */
  sessionId: string;
  /** The user it belonged to. */
  userId: string;
}

/** A revocation as listeners get it. Announcements of other processes carry only the id. */
export type AnnouncedRevocation = Pick<Revocation, 'sessionId'> & Partial<Revocation>;

/** Distributes revocations to those who must act on them, such as open sockets and streams. */
export interface SessionRevocations {
  /** Calls every listener before it returns. */
  announce(revocation: AnnouncedRevocation): void;
  /** Calls `listener` for each revocation; returns the function that removes it. */
  onRevoked(listener: (revocation: AnnouncedRevocation) => void): () => void;
}

/** Returns those of the ids that name neither a live session nor a secret of a service account. */
export type FindRevoked = (sessionIds: readonly string[]) => Promise<string[]>;

/** Revocations within one process. */
export function createSessionRevocations(): SessionRevocations {
  const listeners = new Set<(revocation: AnnouncedRevocation) => void>();
  return {
    announce(revocation) {
      for (const listener of listeners) listener(revocation);
    },
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
