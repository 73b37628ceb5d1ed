import { GatewayFailure, isRecord } from '../errors.ts';

/** What a client knows of its session. `UNKNOWN`: a session by cookie that was not asked for yet. */
export type SessionState =
  | { status: 'UNKNOWN' | 'SIGNED_OUT' }
  | { status: 'SIGNED_IN'; user: SessionUser | undefined };

export interface SessionUser {
  id: string;
  email: string | null;
  roles: readonly string[];
}

export interface Passwords {
  email: string;
  password: string;
}

/** A token that an administrator has made, and the password that it sets. */
export interface PasswordReset {
  resetToken: string;
  newPassword: string;
}

/** Who calls, and what proves it. */
export interface Session {
  state(): SessionState;
  /** Calls `listener` at every change. @returns ends it */
  subscribe(listener: () => void): () => void;
  /** @throws QuantgateError `UNAUTHENTICATED` for a wrong password */
  signIn(input: Passwords): Promise<void>;
  /** Registers the user, and signs in. @throws QuantgateError `FORBIDDEN` where registration is closed */
  signUp(input: Passwords): Promise<void>;
  signOut(): Promise<void>;
  /**
   * Sets a password with a token of an administrator, which serves once. All sessions of that user end; nobody is signed in.
   * @throws QuantgateError `UNAUTHENTICATED` for a token that is wrong, used or too old
   */
  resetPassword(input: PasswordReset): Promise<void>;
  /** Asks the gateway who is signed in; a page does so when it loads. Never rejects because nobody is. */
  restore(): Promise<SessionState>;
}

/** What the transports need of a session. */
export interface Authentication extends Session {
  isCookie: boolean;
  /** The token to send; undefined for cookies. It is refreshed first when it is about to end. @throws `SIGNED_OUT` */
  accessToken(): Promise<string | undefined>;
  /**
   * The gateway has refused this token, or the cookies: gets new ones, once for all who ask at the same time.
   * @throws QuantgateError `SIGNED_OUT` when the session has ended
   */
  renew(refused: string | undefined): Promise<void>;
  /** Calls `listener` with each new access token. @returns ends it */
  onToken(listener: (token: string) => void): () => void;
  close(): void;
}

export function signedOut(cause?: unknown): GatewayFailure {
  return new GatewayFailure('SIGNED_OUT', { message: 'There is no session: sign in', cause });
}

export function toUser(body: unknown): SessionUser | undefined {
  const user = isRecord(body) && isRecord(body.user) ? body.user : body;
  if (!isRecord(user) || typeof user.id !== 'string') return undefined;
  const { id, email, roles } = user;
  return {
    id,
    email: typeof email === 'string' ? email : null,
    roles: Array.isArray(roles) ? roles.map(String) : [],
  };
}

/** Holds a state and tells listeners of its changes. */
export function createState(initial: SessionState) {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: (): SessionState => state,
    set(next: SessionState): void {
      state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
