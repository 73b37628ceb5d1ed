/** The organisation of the simulator's seeded token. */
export const ORGANISATION = 'acme';
