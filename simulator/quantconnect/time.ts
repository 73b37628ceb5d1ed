/** The platform's timestamps: no zone, UTC meant (page section 4.1, INF). */
export function platformTime(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).replace('T', ' ');
}
