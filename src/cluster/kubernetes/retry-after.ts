/** How long an API server asks its clients to wait. */

const SECOND_MS = 1_000;
/** Upstream's servers ask for one to a few seconds; a proxy between may ask for anything. */
const LONGEST_MS = 60_000;

/**
 * The wait of a `Retry-After` header in ms; absent without one, or where it is no whole number of seconds
 * (the date form is allowed by HTTP, but no API server sends it). At most a minute.
 *
 * @see Source: RFC 9110, 10.2.3; kubernetes 1.36 `client-go/rest/with_retry.go`, `checkWait`.
 */
export function retryAfterMs(header: string | null | undefined): number | undefined {
  if (header === null || header === undefined || !/^\d+$/.test(header.trim())) return undefined;
  return Math.min(Number(header) * SECOND_MS, LONGEST_MS);
}
