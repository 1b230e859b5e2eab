/** What the lab must be allowed to do on a cluster: the one list behind the doctor and `manifests/rbac`. */
import { stringify } from 'yaml';

/** Where a permission is needed. */
export type PermissionScope =
  /** In the run's namespace. */
  | 'namespace'
  /** Of the cluster as a whole, to look only. */
  | 'cluster-read'
  /** To make the run's namespace and remove it. */
  | 'own-namespace';

/** Verbs on one resource. */
export interface Permission {
  /** API group; '' is the core group. */
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly scope: PermissionScope;
  /** For what. */
  readonly purpose: string;
  /** Without it the run does not work at all; else something is not known. */
  readonly isRequired: boolean;
}

const APPLY = ['get', 'create', 'patch', 'delete'] as const;
const LOOK = ['get', 'list', 'watch'] as const;
const ALL = [...LOOK, 'create', 'patch', 'delete'] as const;

function needed(
  [group, resource]: readonly [group: string, resource: string],
  verbs: readonly string[],
  purpose: string,
): Permission {
  return { group, resource, verbs, scope: 'namespace', purpose, isRequired: true };
}

/** Every permission that a run uses, the least that it can do with. */
export const PERMISSIONS: readonly Permission[] = [
  needed(['', 'pods'], [...LOOK, 'create', 'delete'], 'observe pods, try an image'),
  needed(['', 'pods/log'], ['get'], 'quote the log of a pod that does not get ready'),
  needed(['', 'pods/portforward'], ['get', 'create'], 'reach the service by a forwarded port'),
  needed(['', 'services'], APPLY, 'deploy, find the way to the service'),
  needed(['', 'serviceaccounts'], APPLY, 'deploy'),
  needed(['', 'configmaps'], APPLY, 'deploy'),
  needed(['', 'events'], LOOK, 'record what the cluster tells'),
  needed(['apps', 'deployments'], ALL, 'deploy and observe'),
  needed(['autoscaling', 'horizontalpodautoscalers'], ALL, 'deploy and observe'),
  needed(['discovery.k8s.io', 'endpointslices'], LOOK, 'see which pods get requests'),
  needed(['metrics.k8s.io', 'pods'], ['get', 'list'], 'see what the HPA sees'),
  {
    ...needed(['', 'secrets'], APPLY, 'copy a pull secret'),
    isRequired: false,
  },
  {
    ...needed(['', 'pods/attach'], ['get', 'create'], 'send load from pods'),
    isRequired: false,
  },
  {
    ...needed(['batch', 'jobs'], ALL, 'send load from pods'),
    isRequired: false,
  },
  {
    ...needed(['', 'resourcequotas'], ['get', 'list'], 'see whether all replicas fit'),
    isRequired: false,
  },
  {
    ...needed(['networking.k8s.io', 'ingresses'], ['get', 'list'], 'find the way to the service'),
    isRequired: false,
  },
  {
    ...needed(['', 'namespaces'], ['get'], 'see whether the namespace is the lab’s'),
    isRequired: false,
  },
  {
    ...needed(['', 'nodes'], ['get', 'list'], 'see whether all replicas fit, reach node ports'),
    scope: 'cluster-read',
    isRequired: false,
  },
  {
    ...needed(['', 'pods'], ['list'], 'see how full nodes are'),
    scope: 'cluster-read',
    isRequired: false,
  },
  {
    ...needed(['coordination.k8s.io', 'leases'], ['get', 'list'], 'see that controllers are alive'),
    scope: 'cluster-read',
    isRequired: false,
  },
  {
    ...needed(['metrics.k8s.io', 'pods'], ['list'], 'see how old metrics are'),
    scope: 'cluster-read',
    isRequired: false,
  },
  {
    ...needed(['', 'namespaces'], [...LOOK, 'create', 'delete'], 'make a namespace for each run'),
    scope: 'own-namespace',
  },
];

/** A rule of a Role. */
interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Permissions as rules, those with the same verbs of a group together. */
export function policyRules(permissions: readonly Permission[]): readonly PolicyRule[] {
  const byKey = new Map<string, PolicyRule>();
  for (const { group, resource, verbs } of permissions) {
    const key = `${group} ${verbs.join(',')}`;
    const before = byKey.get(key)?.resources ?? [];
    byKey.set(key, { apiGroups: [group], resources: [...before, resource], verbs });
  }
  return [...byKey.values()];
}

/** The files of `manifests/rbac`. */
export type RbacVariant = 'namespaced' | 'cluster-read' | 'own-namespaces';

const NAME = 'hpa-lab';
const SUBJECTS = [{ kind: 'ServiceAccount', name: NAME, namespace: NAME }];

/** The objects of a variant, as they are in `manifests/rbac`. */
export function rbacObjects(variant: RbacVariant): readonly object[] {
  const of = (...scopes: readonly PermissionScope[]): readonly PolicyRule[] =>
    policyRules(PERMISSIONS.filter(({ scope }) => scopes.includes(scope)));
  if (variant === 'namespaced') {
    const role = { ...object('Role'), rules: of('namespace') };
    return [namespace(), serviceAccount(), role, binding('Role')];
  }
  const scopes: readonly PermissionScope[] =
    variant === 'cluster-read' ? ['cluster-read'] : ['namespace', 'cluster-read', 'own-namespace'];
  const name = `${NAME}-${variant}`;
  const role = { ...clusterObject('ClusterRole', name), rules: of(...scopes) };
  return [role, binding('ClusterRole', name)];
}

/** A Role (or ClusterRole) that grants permissions, as YAML: what a user without them asks for. */
export function grantingRole(permissions: readonly Permission[], namespaceName: string): string {
  const inside = permissions.filter(({ scope }) => scope === 'namespace');
  const outside = permissions.filter(({ scope }) => scope !== 'namespace');
  const role = {
    apiVersion: RBAC,
    kind: 'Role',
    metadata: { name: NAME, namespace: namespaceName },
    rules: policyRules(inside),
  };
  const clusterRole = { ...clusterObject('ClusterRole', NAME), rules: policyRules(outside) };
  return [...(inside.length > 0 ? [role] : []), ...(outside.length > 0 ? [clusterRole] : [])]
    .map((each) => stringify(each).trimEnd())
    .join('\n---\n');
}

const RBAC = 'rbac.authorization.k8s.io/v1';

function object(kind: string) {
  return { apiVersion: RBAC, kind, metadata: { name: NAME, namespace: NAME } };
}

function clusterObject(kind: string, name: string) {
  return { apiVersion: RBAC, kind, metadata: { name } };
}

function namespace() {
  const labels = {
    'app.kubernetes.io/managed-by': NAME,
    'pod-security.kubernetes.io/enforce': 'restricted',
  };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME, labels } };
}

function serviceAccount() {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: NAME } };
}

function binding(kind: 'Role' | 'ClusterRole', name = NAME) {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
  const of = kind === 'Role' ? object('RoleBinding') : clusterObject('ClusterRoleBinding', name);
  return { ...of, roleRef, subjects: SUBJECTS };
}
