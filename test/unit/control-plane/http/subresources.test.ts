/** Subresources: those that are shown as tables, and those that are not there. */
import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const lab = new InProcessApi();
const PODS = '/api/v1/namespaces/default/pods';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const SPEC = { containers: [{ name: 'app', image: 'app' }] };

lab.send('POST', PODS, {
  body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: SPEC },
});
lab.send('POST', DEPLOYMENTS, {
  body: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: SPEC },
    },
  },
});

describe('subresources', () => {
  it.each(['ephemeralcontainers', 'resize'])(
    '%s is the pod, and to change it is as on a server without it: 404',
    (name) => {
      expect(lab.send('GET', `${PODS}/p/${name}`)).toMatchObject({
        status: 200,
        body: { kind: 'Pod' },
      });
      const changed = lab.send('PATCH', `${PODS}/p/${name}`, {
        body: { spec: {} },
        contentType: 'application/strategic-merge-patch+json',
      });

      expect(changed).toMatchObject({ status: 404, body: { reason: 'NotFound' } });
      // kubectl debug says that ephemeral containers are disabled when no name is told
      expect(changed.body.details).not.toHaveProperty('name');
    },
  );

  it('a scale as a table has how many are wanted and how many are there', () => {
    const { status, body } = lab.send('GET', `${DEPLOYMENTS}/web/scale`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });

    expect(status).toBe(200);
    expect(body.kind).toBe('Table');
    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Desired',
      'Available',
      'Age',
    ]);
    expect(body.rows[0].cells).toEqual(['web', 4, 0, '0s']);
  });

  it('a scale is an object where no table is wanted', () => {
    expect(lab.send('GET', `${DEPLOYMENTS}/web/scale`).body).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 4 },
    });
  });
});
