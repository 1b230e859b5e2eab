/** Asks the cluster for each permission, and tells all that are missing at once. */
import type { ApiPort } from '../../cluster/api-port.js';
import { valueAt } from '../../core/json.js';
import { blocker, type Finding, fine, warning } from './finding.js';
import { grantingRole, type Permission, PERMISSIONS } from './permissions.js';

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const AT_ONCE = 8;
const CHECK = 'permissions';

/** What will be done. */
export interface PermissionNeeds {
  readonly namespace: string;
  /** Whether the run makes its namespace itself. */
  readonly isOwnNamespace: boolean;
  readonly hasPullSecret: boolean;
  readonly isLoadFromCluster: boolean;
}

/** What one may not do; a blocker names the Role that grants it. */
export async function checkPermissions(
  api: ApiPort,
  needs: PermissionNeeds,
): Promise<readonly Finding[]> {
  const wanted = PERMISSIONS.filter((permission) => isWanted(permission, needs));
  const missing = await missingOf(api, wanted, needs.namespace);
  const required = missing.filter((permission) => isRequired(permission, needs));
  const others = missing.filter((permission) => !isRequired(permission, needs));
  const findings: Finding[] = [];
  if (required.length > 0) {
    const mend = `kubectl apply -f - <<'END'   # and bind it to yourself\n${grantingRole(required, needs.namespace)}\nEND`;
    findings.push(blocker(CHECK, listed('missing', required), mend));
  }
  if (others.length > 0) {
    const mend = 'manifests/rbac/cluster-read.yaml grants what only looks at the cluster';
    findings.push(warning(CHECK, listed('missing, and done without', others), mend));
  }
  const count = wanted.reduce((sum, { verbs }) => sum + verbs.length, 0);
  return findings.length > 0 ? findings : [fine(CHECK, `all ${count} that a run uses`)];
}

function isWanted({ scope, resource }: Permission, needs: PermissionNeeds): boolean {
  if (scope === 'own-namespace') return needs.isOwnNamespace;
  if (resource === 'secrets') return needs.hasPullSecret;
  if (resource === 'jobs' || resource === 'pods/attach') return needs.isLoadFromCluster;
  return !(scope === 'namespace' && resource === 'namespaces' && needs.isOwnNamespace);
}

function isRequired(
  { isRequired: required, resource }: Permission,
  needs: PermissionNeeds,
): boolean {
  if (resource === 'secrets') return needs.hasPullSecret;
  if (resource === 'jobs' || resource === 'pods/attach') return needs.isLoadFromCluster;
  return required;
}

/** Each with the verbs that are missing. */
async function missingOf(
  api: ApiPort,
  wanted: readonly Permission[],
  namespace: string,
): Promise<readonly Permission[]> {
  const asked = wanted.flatMap((permission, index) =>
    permission.verbs.map((verb) => ({ permission, index, verb })),
  );
  const denied = new Map<number, string[]>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let each = asked[next++]; each !== undefined; each = asked[next++]) {
      if (await isAllowed(api, { ...each, namespace })) continue;
      denied.set(each.index, [...(denied.get(each.index) ?? []), each.verb]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return wanted.flatMap((permission, index) => {
    const verbs = denied.get(index);
    return verbs === undefined ? [] : [{ ...permission, verbs: verbs.toSorted() }];
  });
}

async function isAllowed(
  api: ApiPort,
  {
    permission: { group, resource: full, scope },
    verb,
    namespace,
  }: { readonly permission: Permission; readonly verb: string; readonly namespace: string },
): Promise<boolean> {
  const [resource = '', subresource] = full.split('/');
  const resourceAttributes = {
    group,
    resource,
    verb,
    ...(subresource === undefined ? {} : { subresource }),
    ...(scope === 'namespace' ? { namespace } : {}),
  };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const answer = await api.call({ method: 'POST', path: REVIEWS, body });
  return valueAt(answer.body, ['status', 'allowed']) === true;
}

function listed(what: string, permissions: readonly Permission[]): string {
  const lines = permissions.map(({ group, resource, verbs, scope, purpose }) => {
    const where = scope === 'namespace' ? 'in the namespace' : 'in the cluster';
    const name = group === '' ? resource : `${resource}.${group}`;
    return `  ${verbs.join(', ')} ${name} ${where}: ${purpose}`;
  });
  return [`${what}:`, ...lines].join('\n');
}
