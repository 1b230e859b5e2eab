/** Tokens by which a list goes on where its last page ended. */
import { ApiError } from '../api-error.js';
import { isJsonObject } from '../schema/json.js';

/** Where to go on, and at which version of the store. */
export interface ContinuePlace {
  readonly version: number;
  /** `namespace/name` of the last object of the page before. */
  readonly after: string;
}

const TOKEN_VERSION = 'meta.k8s.io/v1';

/** An opaque token, in the form of upstream's. */
export function encodeContinue({ version, after }: ContinuePlace): string {
  const bytes = new TextEncoder().encode(
    JSON.stringify({ v: TOKEN_VERSION, rv: version, start: `${after}\u0000` }),
  );
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/**
 * What a token says.
 *
 * @throws {ApiError} 400 when it is none of ours.
 * @see Source: kubernetes `apiserver/pkg/storage/continue.go`, `DecodeContinue`.
 */
export function decodeContinue(token: string): ContinuePlace {
  const value = parse(token);
  if (!isJsonObject(value)) throw invalid('invalid character');
  const { v, rv, start } = value;
  if (v !== TOKEN_VERSION) {
    throw invalid(`server does not recognize this encoded version ${String(v)}`);
  }
  if (typeof rv !== 'number' || rv === 0) {
    throw invalid('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '') {
    throw invalid('encoded start key empty (version meta.k8s.io/v1)');
  }
  return { version: rv, after: start.endsWith('\u0000') ? start.slice(0, -1) : start };
}

function parse(token: string): unknown {
  let decoded: string;
  try {
    const bytes = atob(token.replaceAll('-', '+').replaceAll('_', '/'));
    decoded = new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.codePointAt(0) ?? 0));
  } catch (error) {
    throw invalid(`illegal base64 data: ${error instanceof Error ? error.message : ''}`);
  }
  try {
    return JSON.parse(decoded);
  } catch {
    throw invalid(`invalid character '${decoded.charAt(0)}' looking for beginning of value`);
  }
}

function invalid(because: string): ApiError {
  return ApiError.badRequest(`invalid continue token: continue key is not valid: ${because}`);
}
