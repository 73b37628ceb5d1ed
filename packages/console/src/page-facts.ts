/** What the gateway has written into the page: src/http/pages/console of the gateway. */

/** The path of the gateway, without a slash at the end: empty unless a proxy gives it a path of its own. */
export const gatewayPath = new URL(document.baseURI).pathname.replace(/\/console\/.*$/, '');

/** Whether users may register themselves. */
export const isRegistrationOpen = factOf('registration') === 'open';

/** The credential of the simulator that stands in for QuantConnect; undefined where the gateway was not told of one. */
export const simulator = toCredential(factOf('simulator'));

function factOf(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name=quantgate-${name}]`)?.content ?? '';
}

function toCredential(text: string) {
  const [userId, apiToken, organizationId] = text.split(':');
  return organizationId === undefined ? undefined : { userId, apiToken, organizationId };
}
