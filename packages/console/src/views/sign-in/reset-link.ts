import { gatewayPath } from '../../page-facts.ts';

/** The address at which a user sets a password with this token. It is in the fragment, which browsers send to nobody. */
export function toResetLink(resetToken: string): string {
  return `${location.origin}${gatewayPath}/console/sign-in#reset=${encodeURIComponent(resetToken)}`;
}

/** The token of the address that is open. */
export function readResetToken(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('reset') ?? undefined;
}

/** Takes the token out of the address: no bookmark and no screenshot keeps it. */
export function forgetResetToken(): void {
  if (readResetToken() !== undefined)
    history.replaceState(history.state, '', location.pathname + location.search);
}

/**
 * That a password was set here is kept with the entry of the history: the reset ends sessions, and with the session of this
 * browser everything is thrown away that components hold.
 * @param state the state of the entry that is shown
 */
export function isAfterReset(state: unknown): boolean {
  return (
    typeof state === 'object' && state !== null && 'isAfterReset' in state && state.isAfterReset === true
  );
}

/** Keeps that a password was set here, or forgets it. */
export function setAfterReset(isAfterReset: boolean): void {
  history.replaceState({ isAfterReset }, '');
}
