import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { fieldOf, valueAt } from '../../../../src/core/json.js';
import { checkPermissions } from '../../../../src/run/doctor/permission-check.js';
import { grantingRole, PERMISSIONS, rbacObjects } from '../../../../src/run/doctor/permissions.js';
import { InProcessApi } from '../../../support/in-process-api.js';
import { portTo } from '../../../support/in-process-port.js';

const NEEDS = {
  namespace: 'run',
  isOwnNamespace: true,
  hasPullSecret: false,
  isLoadFromCluster: false,
};

/** An API that denies what `isDenied` says, in the words of a review. */
function denying(isDenied: (attributes: unknown) => boolean) {
  return portTo(new InProcessApi(), {
    answer: ({ body }) => {
      const attributes = valueAt(body, ['spec', 'resourceAttributes']);
      return { status: { allowed: !isDenied(attributes) } };
    },
  });
}

describe('manifests/rbac', () => {
  test.each(['namespaced', 'cluster-read', 'own-namespaces'] as const)(
    '%s.yaml grants what the list says, and nothing else',
    (variant) => {
      const text = readFileSync(`manifests/rbac/${variant}.yaml`, 'utf8');
      const documents = parseAllDocuments(text).map((document): unknown =>
        'toJS' in document ? document.toJS() : undefined,
      );
      expect(documents).toEqual(rbacObjects(variant));
    },
  );

  test('the namespaced variant asks for nothing of the cluster as a whole', () => {
    const kinds = rbacObjects('namespaced').map((object) => fieldOf(object, 'kind'));
    expect(kinds).toEqual(['Namespace', 'ServiceAccount', 'Role', 'RoleBinding']);
  });
});

describe('checkPermissions', () => {
  test('an administrator has all of them', async () => {
    const findings = await checkPermissions(portTo(new InProcessApi()), NEEDS);
    expect(findings).toMatchObject([{ level: 'ok', check: 'permissions' }]);
  });

  test('all that are missing are told at once, with the Role that grants them', async () => {
    const api = denying(
      (attributes) =>
        fieldOf(attributes, 'verb') === 'patch' &&
        ['deployments', 'horizontalpodautoscalers'].includes(
          String(fieldOf(attributes, 'resource')),
        ),
    );

    const [finding, ...others] = await checkPermissions(api, NEEDS);

    expect(others).toEqual([]);
    expect(finding).toMatchObject({ level: 'blocker' });
    expect(finding?.text).toContain('patch deployments.apps in the namespace');
    expect(finding?.text).toContain('patch horizontalpodautoscalers.autoscaling');
    expect(finding?.mend).toContain('kind: Role\n');
    expect(finding?.mend).not.toContain('kind: ClusterRole');
  });

  test('what only looks at the cluster can be done without', async () => {
    const api = denying((attributes) => fieldOf(attributes, 'resource') === 'nodes');
    const findings = await checkPermissions(api, NEEDS);
    expect(findings).toMatchObject([{ level: 'warning' }]);
  });

  test('a subresource is asked for as one', async () => {
    const asked: unknown[] = [];
    const api = denying((attributes) => {
      asked.push(attributes);
      return false;
    });
    await checkPermissions(api, NEEDS);
    expect(asked).toContainEqual({
      group: '',
      resource: 'pods',
      subresource: 'portforward',
      verb: 'create',
      namespace: 'run',
    });
  });

  test('load from pods and pull secrets are asked for only where they are used', async () => {
    const resources = new Set<unknown>();
    const api = denying((attributes) => {
      resources.add(fieldOf(attributes, 'resource'));
      return false;
    });
    await checkPermissions(api, NEEDS);
    expect(resources.has('jobs')).toBe(false);
    expect(resources.has('secrets')).toBe(false);
    await checkPermissions(api, { ...NEEDS, isLoadFromCluster: true, hasPullSecret: true });
    expect(resources.has('jobs')).toBe(true);
    expect(resources.has('secrets')).toBe(true);
  });
});

test('a granting Role is split by what it is of', () => {
  const text = grantingRole(PERMISSIONS, 'run');
  expect(text.match(/^kind: /gm)).toHaveLength(2);
  expect(text).toContain('namespace: run');
});
