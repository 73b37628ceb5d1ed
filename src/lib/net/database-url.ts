/**
 * The driver takes these modes for `verify-full`, and says so in several lines on standard error at each start. The name
 * of what it does spares operators these lines.
 */
export function nameSslMode(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const isAlias = /^(prefer|require|verify-ca)$/.test(url.searchParams.get('sslmode') ?? '');
  if (!isAlias || url.searchParams.has('uselibpqcompat')) return databaseUrl;
  url.searchParams.set('sslmode', 'verify-full');
  return url.href;
}
