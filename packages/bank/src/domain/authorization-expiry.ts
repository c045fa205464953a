/** How long an authorization waits for its customer (D): nobody pays an order of yesterday by an old link. */
export const UNAUTHORIZED_SECONDS = 24 * 60 * 60;

/** Authorizations created before this, and still `Unauthorized`, have expired by now. */
export function expiredBefore(now: Date, unauthorizedSeconds: number): Date {
  return new Date(now.getTime() - unauthorizedSeconds * 1000);
}
