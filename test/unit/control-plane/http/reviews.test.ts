/** Reviews: who one is, whose a token is, what one may do. */
import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const lab = new InProcessApi({ token: 'right' });
const AUTHENTICATION = '/apis/authentication.k8s.io/v1';
const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const ADMINISTRATOR = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
const GET_PODS = { namespace: 'default', verb: 'get', resource: 'pods' };

describe('reviews', () => {
  it('name the only one there is', () => {
    const { status, body } = lab.send('POST', `${AUTHENTICATION}/selfsubjectreviews`, { body: {} });

    expect(status).toBe(201);
    expect(body).toEqual({
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { creationTimestamp: '2026-11-23T06:00:00Z' },
      status: { userInfo: ADMINISTRATOR },
    });
  });

  const tokens = [
    { token: 'right', status: { authenticated: true, user: ADMINISTRATOR } },
    { token: 'wrong', status: { user: {}, error: 'invalid bearer token' } },
  ];
  it.each(tokens)('say whose the $token token is', ({ token, status }) => {
    const answer = lab.send('POST', `${AUTHENTICATION}/tokenreviews`, {
      body: { spec: { token } },
    });

    expect(answer.body.status).toEqual(status);
  });

  it('allow the administrator everything, and list it', () => {
    const list = lab.send('POST', `${AUTHORIZATION}/selfsubjectrulesreviews`, {
      body: { spec: { namespace: 'default' } },
    });

    expect(list.body.status.resourceRules).toEqual([
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    ]);
  });

  const subjects = [
    { name: 'nothing to somebody else', spec: { user: 'bob' }, allowed: false },
    {
      name: 'all to a member of system:masters',
      spec: { groups: ['system:masters'] },
      allowed: true,
    },
  ];
  it.each(subjects)('allow $name', ({ spec, allowed }) => {
    const body = { spec: { ...spec, resourceAttributes: GET_PODS } };
    const local = { ...body, metadata: { namespace: 'default' } };

    expect(lab.send('POST', `${AUTHORIZATION}/subjectaccessreviews`, { body }).body.status).toEqual(
      {
        allowed,
      },
    );
    expect(
      lab.send('POST', `${AUTHORIZATION}/namespaces/default/localsubjectaccessreviews`, {
        body: local,
      }).body.status,
    ).toEqual({ allowed });
  });

  const refused = [
    {
      name: 'a question about nobody',
      path: `${AUTHORIZATION}/subjectaccessreviews`,
      body: { spec: { resourceAttributes: GET_PODS } },
      status: 422,
      message: 'at least one of user or group must be specified',
    },
    {
      name: 'a question about another namespace than the path names',
      path: `${AUTHORIZATION}/namespaces/other/localsubjectaccessreviews`,
      body: { spec: { user: 'bob', resourceAttributes: GET_PODS } },
      status: 422,
      message: 'must match metadata.namespace',
    },
    {
      name: 'a review of no token',
      path: `${AUTHENTICATION}/tokenreviews`,
      body: { spec: {} },
      status: 400,
      message: 'token is required',
    },
    {
      name: 'a list of rules for no namespace',
      path: `${AUTHORIZATION}/selfsubjectrulesreviews`,
      body: { spec: {} },
      status: 400,
      message: 'no namespace on request',
    },
    {
      name: 'a wrong type',
      path: `${AUTHORIZATION}/selfsubjectaccessreviews`,
      body: { spec: { resourceAttributes: 'all' } },
      status: 400,
      message: 'json: cannot unmarshal string',
    },
    {
      name: 'a review that does not exist',
      path: `${AUTHORIZATION}/bogusreviews`,
      body: {},
      status: 404,
      message: 'could not find the requested resource',
    },
  ];
  it.each(refused)('refuse $name', ({ path, body, status, message }) => {
    const answer = lab.send('POST', path, { body });

    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
  });

  it('are only posted', () => {
    expect(lab.send('GET', `${AUTHORIZATION}/selfsubjectaccessreviews`).status).toBe(405);
  });
});
