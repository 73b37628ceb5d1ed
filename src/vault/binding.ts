/** The place of a secret. It is authenticated data of the encryption, so a secret moved to another row cannot be opened. */
export interface Binding {
  ownerId: string;
  credentialId: string;
  /** Names the secret within the credential. */
  field: string;
}

/** The place of a credential's upstream token. */
export function bindingOf({ ownerId, id }: { ownerId: string; id: string }): Binding {
  return {
    ownerId,
    credentialId: id,
    field: 'apiToken',
  };
}

/** The request that an answer is kept for. */
export interface AnswerPlace {
  ownerId: string;
  operation: string;
  /** Its idempotency key. */
  key: string;
}

/** The place of a kept answer. */
export function answerBindingOf({ ownerId, operation, key }: AnswerPlace): Binding {
  return {
    ownerId,
    credentialId: key,
    field: operation,
  };
}

/** The place of a wrapping key's canary, which has no owner. */
export function canaryBindingOf(kid: string): Binding {
  return {
    ownerId: '',
    credentialId: kid,
    field: 'canary',
  };
}
