/** Where a secret belongs. It is authenticated, so a secret moved to another place does not open. */
export interface Binding {
  ownerId: string;
  credentialId: string;
  /** Which secret of the credential. */
  field: string;
}

/** Where the upstream token of a credential belongs. */
export function bindingOf({ ownerId, id }: { ownerId: string; id: string }): Binding {
  return {
    ownerId,
    credentialId: id,
    field: 'apiToken',
  };
}

/** Where the canary of a wrapping key belongs: to nobody. */
export function canaryBindingOf(kid: string): Binding {
  return {
    ownerId: '',
    credentialId: kid,
    field: 'canary',
  };
}
