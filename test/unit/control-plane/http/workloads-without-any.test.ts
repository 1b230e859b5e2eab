import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const LISTS = [
  ['/api/v1/namespaces/default/replicationcontrollers', 'v1', 'ReplicationControllerList'],
  ['/apis/apps/v1/daemonsets', 'apps/v1', 'DaemonSetList'],
] as const;

describe('kinds of which there are none', () => {
  it.each(LISTS)('%s is empty', (path, apiVersion, kind) => {
    const { status, body } = new InProcessApi().send('GET', path);

    expect(status).toBe(200);
    expect(body).toMatchObject({ apiVersion, kind, items: [] });
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  it.each(LISTS)('%s takes nothing and watches nothing', (path) => {
    const api = new InProcessApi();

    const codes = [
      api.send('POST', path, { body: { metadata: { name: 'a' } } }),
      api.send('GET', path, { query: 'watch=true' }),
      api.send('GET', '/apis/apps/v1/namespaces/default/daemonsets/a'),
    ].map(({ status }) => status);

    expect(codes).toEqual([404, 404, 404]);
  });

  it('are not among what discovery names', () => {
    const { body } = new InProcessApi().send('GET', '/apis/apps/v1');

    const names: readonly { readonly name: string }[] = body.resources;
    expect(names.map(({ name }) => name)).not.toContain('daemonsets');
  });
});
