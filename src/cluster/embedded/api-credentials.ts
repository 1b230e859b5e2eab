/** The token that one run of the API server uses. */
import { randomBytes } from 'node:crypto';

/** A new token. */
export function bearerToken(): string {
  return randomBytes(32).toString('base64url');
}
