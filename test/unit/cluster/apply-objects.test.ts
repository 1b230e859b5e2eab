import { beforeEach, describe, expect, test } from 'vitest';
import { ApiRefusal } from '../../../src/cluster/api-port.js';
import { applyObjects, deleteObjects, refusedObjects } from '../../../src/cluster/apply-objects.js';
import type { KubeObject } from '../../../src/core/objects.js';
import { InProcessApi } from '../../support/in-process-api.js';
import { portTo, type SentRequests } from '../../support/in-process-port.js';

const NAMESPACE: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'run' } };
const SETTINGS = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'run' },
  data: { color: 'red' },
};

const LARGER = { ...SETTINGS, data: { color: 'red', size: 'xl' } };

let api: InProcessApi;
let sent: SentRequests;

beforeEach(() => {
  api = new InProcessApi();
  sent = [];
});

describe('applyObjects', () => {
  test('applies the namespace before what is in it, with the lab as field manager', async () => {
    await applyObjects(portTo(api, { sent }), [SETTINGS, NAMESPACE]);

    const made = api.send('GET', '/api/v1/namespaces/run/configmaps/settings').body;
    expect(made.data).toEqual({ color: 'red' });
    expect(made.metadata.managedFields).toMatchObject([
      { manager: 'hpa-lab', operation: 'Apply', apiVersion: 'v1' },
    ]);
    const patches = sent.filter(({ method }) => method === 'PATCH').map(({ path }) => path);
    expect(patches).toEqual([
      '/api/v1/namespaces/run',
      '/api/v1/namespaces/run/configmaps/settings',
    ]);
  });

  test('a field that is applied no more goes', async () => {
    const port = portTo(api);
    await applyObjects(port, [NAMESPACE, LARGER]);
    await applyObjects(port, [SETTINGS]);

    expect(api.send('GET', '/api/v1/namespaces/run/configmaps/settings').body.data).toEqual({
      color: 'red',
    });
  });

  test('a refused object is a manifest’s fault', async () => {
    const wrong = { ...SETTINGS, colour: 'red' };
    await expect(applyObjects(portTo(api), [NAMESPACE, wrong])).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining('ConfigMap settings was refused'),
    });
  });

  test('a server that fails is the cluster’s fault', async () => {
    const failing = portTo(api, {
      answer: ({ method }) => {
        if (method === 'PATCH') throw new ApiRefusal(503, { message: 'etcd is away' });
        return undefined;
      },
    });
    await expect(applyObjects(failing, [NAMESPACE])).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringContaining('etcd is away'),
    });
  });
});

describe('refusedObjects', () => {
  test('tells every refused object at once and changes nothing', async () => {
    const port = portTo(api);
    await applyObjects(port, [NAMESPACE]);
    const unknown = { apiVersion: 'example.com/v1', kind: 'Oven', metadata: { name: 'o' } };
    const wrong = { ...SETTINGS, data: { color: 3 } };

    const faults = await refusedObjects(port, [wrong, unknown, SETTINGS]);

    expect(faults).toHaveLength(2);
    expect(faults[0]).toContain('ConfigMap settings was refused');
    expect(faults[1]).toBe('Oven o: the cluster has no Oven in example.com/v1');
    expect(api.send('GET', '/api/v1/namespaces/run/configmaps').body.items).toEqual([]);
  });
});

describe('deleteObjects', () => {
  test('deletes what is there and passes over what is gone', async () => {
    const port = portTo(api);
    await applyObjects(port, [NAMESPACE, SETTINGS]);
    const gone = { ...SETTINGS, metadata: { name: 'gone', namespace: 'run' } };

    await deleteObjects(port, [SETTINGS, gone]);

    expect(api.send('GET', '/api/v1/namespaces/run/configmaps').body.items).toEqual([]);
  });
});
