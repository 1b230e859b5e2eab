/** Who may do what. There are no roles but those every cluster has: masters may do everything. */
import { ApiError } from '../api-error.js';
import type { ApiRequest } from './messages.js';
import type { ResourcePath } from './resource-path.js';

/** Members of it may do everything. */
export const MASTERS = 'system:masters';
/** Everybody who showed who they are is a member. */
export const AUTHENTICATED = 'system:authenticated';
/** Everybody else is a member. */
export const UNAUTHENTICATED = 'system:unauthenticated';

/** Somebody who asks. */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Whoever has the token. */
export const ADMINISTRATOR: User = { username: 'admin', groups: [MASTERS, AUTHENTICATED] };

/** What is asked for: something of a resource, or a path. */
export type Attributes =
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      /** '' for none; so are those below. */
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

/** Whether it may be, and which role says so ('' for masters). */
export type Decision =
  | { readonly isAllowed: true; readonly reason: string }
  | { readonly isAllowed: false };

/** A rule of a role. */
interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** A role, and the groups it is bound to. */
interface Role {
  readonly name: string;
  readonly groups: readonly string[];
  readonly rules: readonly Rule[];
}

const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** @see Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`. */
const ROLES: readonly Role[] = [
  {
    name: 'system:basic-user',
    groups: [AUTHENTICATED],
    rules: [
      {
        verbs: ['create'],
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      },
      {
        verbs: ['create'],
        apiGroups: ['authentication.k8s.io'],
        resources: ['selfsubjectreviews'],
      },
    ],
  },
  {
    name: 'system:discovery',
    groups: [AUTHENTICATED],
    rules: [
      {
        verbs: ['get'],
        nonResourceURLs: [
          '/api',
          '/api/*',
          '/apis',
          '/apis/*',
          '/healthz',
          '/livez',
          '/openapi',
          '/openapi/*',
          '/readyz',
          '/version',
          '/version/',
        ],
      },
    ],
  },
  {
    name: 'system:public-info-viewer',
    groups: [AUTHENTICATED, UNAUTHENTICATED],
    rules: [{ verbs: ['get'], nonResourceURLs: PUBLIC_PATHS }],
  },
];

/** Whether a user may do something. */
export function decide(user: User, attributes: Attributes): Decision {
  if (user.groups.includes(MASTERS)) return { isAllowed: true, reason: '' };
  for (const { name, groups, rules } of ROLES) {
    const group = groups.find((one) => user.groups.includes(one));
    if (group === undefined || !rules.some((rule) => isCovered(rule, attributes))) continue;
    const reason = `RBAC: allowed by ClusterRoleBinding "${name}" of ClusterRole "${name}" to Group "${group}"`;
    return { isAllowed: true, reason };
  }
  return { isAllowed: false };
}

function isCovered(rule: Rule, attributes: Attributes): boolean {
  if (!rule.verbs.includes(attributes.verb)) return false;
  if (attributes.kind === 'path') {
    return (rule.nonResourceURLs ?? []).some((url) =>
      url.endsWith('*') ? attributes.path.startsWith(url.slice(0, -1)) : attributes.path === url,
    );
  }
  const { group, resource, subresource } = attributes;
  const named = subresource === '' ? resource : `${resource}/${subresource}`;
  return (rule.apiGroups ?? []).includes(group) && (rule.resources ?? []).includes(named);
}

/** Everything a user may do, as rules reviews have it. */
export function rulesOf(user: User): {
  readonly resourceRules: readonly Rule[];
  readonly nonResourceRules: readonly Rule[];
} {
  if (user.groups.includes(MASTERS)) {
    return {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    };
  }
  const rules = ROLES.filter(({ groups }) =>
    groups.some((one) => user.groups.includes(one)),
  ).flatMap((role) => role.rules);
  return {
    resourceRules: rules.filter(({ resources }) => resources !== undefined),
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined),
  };
}

/**
 * What a request asks for.
 *
 * @see Source: kubernetes `apiserver/pkg/endpoints/request/requestinfo.go`, `NewRequestInfo`.
 */
export function attributesOf(request: ApiRequest, path: ResourcePath | undefined): Attributes {
  const { method } = request;
  if (path === undefined) {
    return { kind: 'path', verb: method.toLowerCase(), path: request.path };
  }
  const { group, plural, subresource = '', namespace } = path;
  const name = path.name ?? selectedName(request);
  const isNamespace = group === '' && plural === 'namespaces';
  return {
    kind: 'resource',
    verb: verbOf(request, name !== ''),
    group,
    resource: plural,
    subresource,
    // a namespace is in itself
    namespace: namespace ?? (isNamespace ? (path.name ?? '') : ''),
    name,
  };
}

function verbOf({ method, query }: ApiRequest, isNamed: boolean): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection';
    default: {
      const watch = query.get('watch');
      const isWatch = watch !== null && !['0', 'false', ''].includes(watch.toLowerCase());
      return isWatch ? 'watch' : isNamed ? 'get' : 'list';
    }
  }
}

/** A list that selects one name is about that name. */
function selectedName({ query }: ApiRequest): string {
  const match = /(?:^|,)metadata\.name==?([^,]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '');
  return match?.[1] ?? '';
}

/**
 * 403, in upstream's words.
 *
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/responsewriters/errors.go`,
 *   `ForbiddenStatusError`.
 */
export function forbidden({ username }: User, attributes: Attributes): ApiError {
  const { verb } = attributes;
  const subject = `User ${JSON.stringify(username)} cannot ${verb}`;
  if (attributes.kind === 'path') {
    return new ApiError({
      message: `forbidden: ${sanitized(`${subject} path ${JSON.stringify(attributes.path)}`)}`,
      reason: 'Forbidden',
      details: {},
      code: 403,
    });
  }
  const { group, resource, subresource, namespace, name } = attributes;
  const named = subresource === '' ? resource : `${resource}/${subresource}`;
  const place =
    namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const message = sanitized(
    `${subject} resource ${JSON.stringify(named)} in API group ${JSON.stringify(group)} ${place}`,
  );
  return ApiError.forbidden({ group, plural: resource }, name, { message });
}

/** What could be taken for HTML is spelled otherwise. */
function sanitized(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
