/** Endpoints: the controller's own, and the mirroring of those that others write. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  NAMESPACE,
  aDeployment,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';
import { desiredSubsets } from '../../../../src/control-plane/controllers/endpoints-subsets.js';
import {
  DEPLOYMENTS,
  ENDPOINTS,
  ENDPOINT_SLICES,
  SERVICES,
} from '../../../../src/control-plane/resources.js';
import type { EndpointSlice, Pod, Service } from '../../../../src/core/objects.js';
import type { Endpoints, EndpointSubset } from '../../../../src/core/quota-objects.js';

function aService(spec: Service['spec'], labels: Readonly<Record<string, string>> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: NAMESPACE, labels },
    spec,
  };
}

function someEndpoints(metadata: object, subsets: readonly EndpointSubset[]): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: NAMESPACE, ...metadata },
    subsets,
  };
}

const WEB = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8_080 }] };
const KEY = { namespace: NAMESPACE, name: 'web' };

let lab: ControlPlaneLab;
beforeEach(() => {
  lab = controlPlaneLab();
});

function slices(): readonly EndpointSlice[] {
  return lab.api.list(ENDPOINT_SLICES, { namespace: NAMESPACE }).items;
}

function endingPod(name: string, isEnding: boolean): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      ...(isEnding ? { deletionTimestamp: '2026-11-23T06:00:00Z' } : {}),
    },
    spec: { containers: [] },
    status: { podIP: `10.0.0.${name}`, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function numberedPod(id: number, ports: readonly { name: string; containerPort: number }[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${id}`, uid: `u${String(id).padStart(5, '0')}` },
    spec: { containers: [{ name: 'c', image: 'app:1', ports }] },
    status: {
      podIP: `10.0.${Math.floor(id / 250)}.${id % 250}`,
      conditions: [{ type: 'Ready', status: id < 900 ? 'True' : 'False' }],
    },
  };
}

describe('Endpoints of a Service with a selector', () => {
  it('are there at once, and follow its pods', () => {
    lab.api.create(SERVICES, aService(WEB, { team: 'a' }));
    lab.clock.advance(10);
    const empty = lab.api.get(ENDPOINTS, KEY);

    lab.api.create(DEPLOYMENTS, aDeployment({ replicas: 2 }));
    lab.clock.advance(500);
    const starting = lab.api.get(ENDPOINTS, KEY)?.subsets?.[0];
    lab.clock.advance(5_000);
    const full = lab.api.get(ENDPOINTS, KEY);

    expect(empty?.metadata.labels).toEqual({
      team: 'a',
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });
    expect(empty).not.toHaveProperty('subsets');
    expect(starting).toMatchObject({ notReadyAddresses: [{}, {}] });
    expect(starting).not.toHaveProperty('addresses');
    expect(full?.subsets).toHaveLength(1);
    expect(full?.subsets?.[0]?.ports).toEqual([{ port: 8_080, protocol: 'TCP' }]);
    expect(full?.subsets?.[0]?.addresses?.map(({ targetRef }) => targetRef?.name).sort()).toEqual(
      lab.pods().map(({ metadata }) => metadata.name),
    );
  });

  it('are not mirrored, come back when deleted and go with their Service', () => {
    lab.api.create(SERVICES, aService(WEB));
    lab.clock.advance(10);

    lab.api.delete(ENDPOINTS, KEY);
    lab.clock.advance(10);
    const restored = lab.api.get(ENDPOINTS, KEY);
    const managers = slices().map(
      ({ metadata }) => metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
    );
    lab.api.delete(SERVICES, KEY);
    lab.clock.advance(1_000);

    expect(restored).toBeDefined();
    expect(managers).toEqual(['endpointslice-controller.k8s.io']);
    expect(lab.api.get(ENDPOINTS, KEY)).toBeUndefined();
  });

  it('leave out pods that end, unless the Service publishes those', () => {
    const pods = [endingPod('1', false), endingPod('2', true)];
    const ips = (service: Service): readonly string[] =>
      desiredSubsets(service, pods).subsets.flatMap(({ addresses = [] }) =>
        addresses.map(({ ip }) => ip),
      );

    expect(ips(aService(WEB))).toEqual(['10.0.0.1']);
    expect(ips(aService({ ...WEB, publishNotReadyAddresses: true }))).toEqual([
      '10.0.0.1',
      '10.0.0.2',
    ]);
  });

  it('group addresses by the ports they offer, and hold a thousand', () => {
    const named = { name: 'http', containerPort: 8_080 };
    const service = aService({
      selector: { app: 'web' },
      ports: [
        { name: 'a', port: 80, targetPort: 'http' },
        { name: 'b', port: 81, targetPort: 9_090 },
      ],
    });

    const mixed = desiredSubsets(service, [numberedPod(1, [named]), numberedPod(2, [])]);
    const many = desiredSubsets(
      service,
      Array.from({ length: 1_200 }, (_, id) => numberedPod(id, [named])),
    );

    expect(mixed.subsets.map(({ ports }) => ports?.map(({ name }) => name))).toEqual([
      ['a'],
      ['b'],
    ]);
    expect(many.isTruncated).toBe(true);
    expect(many.subsets).toHaveLength(1);
    expect(many.subsets[0]?.addresses).toHaveLength(900);
    expect(many.subsets[0]?.notReadyAddresses).toHaveLength(100);
  });
});

describe('Endpoints that somebody else writes', () => {
  const SUBSETS = [
    {
      addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
      notReadyAddresses: [{ ip: '10.0.0.2', hostname: 'two' }],
      ports: [{ name: 'http', port: 8_080 }],
    },
  ];

  it('become a slice for each family of addresses', () => {
    lab.api.create(SERVICES, aService({ ports: [{ port: 80 }] }));
    const metadata = { labels: { team: 'a' }, annotations: { note: 'x' } };
    lab.api.create(ENDPOINTS, someEndpoints(metadata, SUBSETS));
    lab.clock.advance(10);

    const v4 = slices().find(({ addressType }) => addressType === 'IPv4');

    expect(slices()).toHaveLength(2);
    expect(v4?.metadata.labels).toEqual({
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    });
    expect(v4?.metadata.annotations).toEqual({ note: 'x' });
    expect(v4?.metadata.ownerReferences).toMatchObject([{ kind: 'Endpoints', name: 'web' }]);
    expect(v4?.endpoints).toEqual([
      { addresses: ['10.0.0.1'], conditions: { ready: true } },
      { addresses: ['10.0.0.2'], conditions: { ready: false }, hostname: 'two' },
    ]);
  });

  it('are followed: changed in place, and gone with them', () => {
    lab.api.create(SERVICES, aService({ ports: [{ port: 80 }] }));
    const first = lab.api.create(ENDPOINTS, someEndpoints({}, SUBSETS));
    lab.clock.advance(10);
    const names = slices().map(({ metadata }) => metadata.name);

    const [{ notReadyAddresses: _, ...rest } = {}] = SUBSETS;
    lab.api.update(ENDPOINTS, { ...first, subsets: [rest] });
    lab.clock.advance(10);
    const changed = slices();
    lab.api.delete(ENDPOINTS, KEY);
    lab.clock.advance(1_000);

    expect(changed.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(changed.flatMap(({ endpoints }) => endpoints ?? [])).toHaveLength(2);
    expect(slices()).toEqual([]);
  });

  const skipped = [
    { name: 'without a Service', service: undefined, metadata: {} },
    {
      name: 'that say so',
      service: {},
      metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    },
    {
      name: 'that elect a leader',
      service: {},
      metadata: { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } },
    },
  ];
  it.each(skipped)('are not mirrored: those $name', ({ service, metadata }) => {
    if (service !== undefined) lab.api.create(SERVICES, aService({ ports: [{ port: 80 }] }));

    lab.api.create(ENDPOINTS, someEndpoints(metadata, SUBSETS));
    lab.clock.advance(1_000);

    expect(slices()).toEqual([]);
  });
});
