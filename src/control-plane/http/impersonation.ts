/** Requests in somebody else's name. */
import { ApiError } from '../api-error.js';
import { ADMINISTRATOR, AUTHENTICATED, UNAUTHENTICATED } from './authorization.js';
import type { User } from './authorization.js';

/** What the `Impersonate-*` headers of a request ask for. */
export interface Impersonation {
  /** `Impersonate-User`; '' when there is none. */
  readonly user: string;
  /** `Impersonate-Group`, each. */
  readonly groups: readonly string[];
  /** `Impersonate-Uid`; '' when there is none. */
  readonly uid: string;
  /** `Impersonate-Extra-KEY`, by key. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const PREFIX = 'impersonate-';
const EXTRA_PREFIX = `${PREFIX}extra-`;
const ANONYMOUS = 'system:anonymous';

/**
 * The impersonation that headers ask for; undefined when they ask for none.
 *
 * @param headers - values by lower-case name, each header by itself.
 */
export function impersonationOf(
  headers: Iterable<readonly [string, readonly string[]]>,
): Impersonation | undefined {
  const found = new Map([...headers].filter(([name]) => name.startsWith(PREFIX)));
  if (found.size === 0) return undefined;
  const extra = [...found].filter(([name]) => name.startsWith(EXTRA_PREFIX));
  const asked = {
    user: found.get(`${PREFIX}user`)?.[0] ?? '',
    groups: found.get(`${PREFIX}group`) ?? [],
    uid: found.get(`${PREFIX}uid`)?.[0] ?? '',
    extra: Object.fromEntries(
      extra.map(([name, values]) => [unescaped(name.slice(EXTRA_PREFIX.length)), values]),
    ),
  };
  const isNothing =
    asked.user === '' && asked.groups.length === 0 && asked.uid === '' && extra.length === 0;
  return isNothing ? undefined : asked;
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/**
 * In whose name a request is: the administrator's, or that of somebody impersonated.
 *
 * @throws {ApiError} 400 when a group or something else is to be impersonated without a user.
 * @see Source: kubernetes `apiserver/pkg/endpoints/filters/impersonation/impersonation.go`,
 *   `WithImpersonation`.
 */
export function userOf(impersonation: Impersonation | undefined): User {
  if (impersonation === undefined) return ADMINISTRATOR;
  const { user, uid, extra } = impersonation;
  if (user === '') throw withoutUser(impersonation);
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  const groups = [...impersonation.groups];
  if (account !== null && groups.length === 0) {
    groups.push('system:serviceaccounts', `system:serviceaccounts:${account[1] ?? ''}`);
  }
  if (user === ANONYMOUS) {
    if (!groups.includes(UNAUTHENTICATED)) groups.push(UNAUTHENTICATED);
  } else if (!groups.includes(AUTHENTICATED) && !groups.includes(UNAUTHENTICATED)) {
    groups.push(AUTHENTICATED);
  }
  return {
    username: user,
    groups,
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** Upstream shows its references here as Go prints structs. */
function withoutUser({ groups, uid, extra }: Impersonation): ApiError {
  const version = 'authentication.k8s.io/v1';
  const references = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => `{UserExtra  ${value}  ${version}  ${key}}`),
    ),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${version}  }`]),
  ];
  return ApiError.badRequest(`requested [${references.join(' ')}] without impersonating a user`);
}
