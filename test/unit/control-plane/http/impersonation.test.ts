/** Requests in somebody else's name, and what they may do. */
import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';
import type { ReceivedAnswer } from '../../../support/in-process-api.js';

const ALICE = { 'impersonate-user': ['alice'] };
const lab = new InProcessApi();

function asAlice(method: string, path: string, query = ''): ReceivedAnswer {
  return lab.send(method, path, { headers: ALICE, query });
}

function review(kind: string, group: string, spec: object): ReceivedAnswer {
  return lab.send('POST', `/apis/${group}/v1/${kind.toLowerCase()}s`, {
    body: { spec },
    headers: ALICE,
  });
}

describe('somebody without a role', () => {
  const refused = [
    {
      name: 'list pods',
      at: ['GET', '/api/v1/namespaces/default/pods'],
      message:
        'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default"',
    },
    {
      name: 'watch pods everywhere',
      at: ['GET', '/api/v1/pods', 'watch=1'],
      message:
        'pods is forbidden: User "alice" cannot watch resource "pods" in API group "" at the cluster scope',
    },
    {
      name: 'read a namespace',
      at: ['GET', '/api/v1/namespaces/default'],
      message:
        'namespaces "default" is forbidden: User "alice" cannot get resource "namespaces" in API group "" in the namespace "default"',
    },
    {
      name: 'scale a deployment',
      at: ['PATCH', '/apis/apps/v1/namespaces/default/deployments/a/scale'],
      message:
        'deployments.apps "a" is forbidden: User "alice" cannot patch resource "deployments/scale" in API group "apps" in the namespace "default"',
    },
    {
      name: 'delete all secrets',
      at: ['DELETE', '/api/v1/namespaces/default/secrets'],
      message:
        'secrets is forbidden: User "alice" cannot deletecollection resource "secrets" in API group "" in the namespace "default"',
    },
    {
      name: 'read any path',
      at: ['GET', '/metrics'],
      message: 'forbidden: User "alice" cannot get path "/metrics"',
    },
    {
      name: 'list one object by its name',
      at: ['GET', '/api/v1/nodes', 'fieldSelector=metadata.name=n1'],
      message:
        'nodes "n1" is forbidden: User "alice" cannot get resource "nodes" in API group "" at the cluster scope',
    },
  ];
  it.each(refused)('may not $name', ({ at: [method = '', path = '', query], message }) => {
    const answer = asAlice(method, path, query);

    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ reason: 'Forbidden', message });
  });

  it.each(['/api', '/apis', '/apis/apps/v1', '/openapi/v3', '/version'])(
    'may find out what there is at %s',
    (path) => {
      expect(asAlice('GET', path).status).toBe(200);
    },
  );

  it('may ask what they may do, and who they are', () => {
    const pods = { resourceAttributes: { verb: 'list', resource: 'pods' } };
    const version = { nonResourceAttributes: { verb: 'get', path: '/apis' } };

    expect(review('SelfSubjectAccessReview', 'authorization.k8s.io', pods).body.status).toEqual({
      allowed: false,
    });
    expect(review('SelfSubjectAccessReview', 'authorization.k8s.io', version).body.status).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
    expect(review('SelfSubjectReview', 'authentication.k8s.io', {}).body.status).toEqual({
      userInfo: { username: 'alice', groups: ['system:authenticated'] },
    });
    expect(
      review('SubjectAccessReview', 'authorization.k8s.io', { user: 'bob', ...pods }).status,
    ).toBe(403);
  });
});

describe('impersonation', () => {
  it('of a member of system:masters may do everything', () => {
    const headers = { ...ALICE, 'impersonate-group': ['system:masters'] };

    expect(lab.send('GET', '/api/v1/nodes', { headers }).status).toBe(200);
  });

  it('of a service account has the groups of its namespace', () => {
    const headers = { 'impersonate-user': ['system:serviceaccount:default:robot'] };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

    expect(lab.send('POST', path, { body: {}, headers }).body.status.userInfo.groups).toEqual([
      'system:serviceaccounts',
      'system:serviceaccounts:default',
      'system:authenticated',
    ]);
  });

  it('carries uids and other attributes along', () => {
    const headers = { ...ALICE, 'impersonate-uid': ['7'], 'impersonate-extra-a%2fb': ['c'] };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

    expect(lab.send('POST', path, { body: {}, headers }).body.status.userInfo).toEqual({
      username: 'alice',
      groups: ['system:authenticated'],
      uid: '7',
      extra: { 'a/b': ['c'] },
    });
  });

  it('of a group needs a user', () => {
    const answer = lab.send('GET', '/api/v1/pods', { headers: { 'impersonate-group': ['g'] } });

    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe('requested [{Group  g    }] without impersonating a user');
  });
});

describe('componentstatuses', () => {
  it('say that everything is healthy, and that they are deprecated', () => {
    const list = lab.send('GET', '/api/v1/componentstatuses');
    const table = lab.send('GET', '/api/v1/componentstatuses/scheduler', {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });

    const items: readonly { readonly metadata: { readonly name: string } }[] = list.body.items;
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual([
      'controller-manager',
      'etcd-0',
      'scheduler',
    ]);
    expect(list.warnings).toEqual(['v1 ComponentStatus is deprecated in v1.19+']);
    expect(table.body.rows[0].cells).toEqual(['scheduler', 'Healthy', 'ok', '']);
  });

  it('cannot be made, and there is none of another name', () => {
    expect(lab.send('POST', '/api/v1/componentstatuses', { body: {} }).status).toBe(405);
    expect(lab.send('GET', '/api/v1/componentstatuses/x').body.message).toBe(
      'componentstatus "x" not found',
    );
  });
});
