import { expect, it } from 'vitest';
import { ControllerManager } from '../../../../src/control-plane/controller-manager.js';
import { KubernetesServiceController } from '../../../../src/control-plane/controllers/kubernetes-service.js';
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from '../../../../src/control-plane/resources.js';
import type { Resource } from '../../../../src/control-plane/resources.js';
import { InProcessApi } from '../../../support/in-process-api.js';

const KEY = { namespace: 'default', name: 'kubernetes' };
const PARTS: readonly Resource[] = [SERVICES, ENDPOINTS, ENDPOINT_SLICES];

function aCluster() {
  const { api, clock } = new InProcessApi();
  const controller = new KubernetesServiceController(api, { address: '127.0.0.1', port: 6443 });
  const manager = new ControllerManager({ api, clock, controllers: [controller] });
  manager.start();
  return { api, clock };
}

it('stays as it is while it is whole', () => {
  const { api, clock } = aCluster();
  const versions = (): unknown => PARTS.map((part) => api.get(part, KEY)?.metadata.resourceVersion);
  const before = versions();

  clock.advance(60_000);

  expect(before).not.toContain(undefined);
  expect(versions()).toEqual(before);
});

it('is there again within ten seconds, at its address, when it was deleted', () => {
  const { api, clock } = aCluster();
  const { clusterIP } = api.get(SERVICES, KEY)?.spec ?? {};
  clock.advance(13_000);

  for (const part of PARTS) api.delete(part, KEY);
  clock.advance(6_900);
  const early = api.get(SERVICES, KEY);
  clock.advance(200);

  expect(early).toBeUndefined();
  expect(api.get(SERVICES, KEY)?.spec.clusterIP).toBe(clusterIP);
  expect(api.get(ENDPOINTS, KEY)?.subsets).toEqual([
    {
      addresses: [{ ip: '127.0.0.1' }],
      ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    },
  ]);
  expect(api.get(ENDPOINT_SLICES, KEY)?.endpoints?.[0]?.addresses).toEqual(['127.0.0.1']);
});

it('leads to the API again when somebody bent its endpoints', () => {
  const { api, clock } = aCluster();
  const stored = api.get(ENDPOINTS, KEY);
  if (stored === undefined) throw new Error('expected endpoints');

  api.update(ENDPOINTS, { ...stored, subsets: [] });
  clock.advance(10_000);

  expect(api.get(ENDPOINTS, KEY)?.subsets?.[0]?.addresses?.[0]?.ip).toBe('127.0.0.1');
});
