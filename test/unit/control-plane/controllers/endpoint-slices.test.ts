import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEqualJson } from '../../../../src/control-plane/api-machinery/equality.js';
import { planSlices } from '../../../../src/control-plane/controllers/endpoint-slices-plan.js';
import type { SlicesPlan } from '../../../../src/control-plane/controllers/endpoint-slices-plan.js';
import { desiredEndpoints } from '../../../../src/control-plane/controllers/endpoints.js';
import type {
  ContainerPort,
  Endpoint,
  EndpointSlice,
  Pod,
  Service,
} from '../../../../src/core/objects.js';

const LABELS = { 'kubernetes.io/service-name': 'web' };
const PORTS = [{ name: '', port: 80, protocol: 'TCP' }];

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'ns' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8_080 }] },
};

function anEndpoint(id: number, isReady = true): Endpoint {
  return {
    addresses: [`10.0.0.${id}`],
    conditions: { ready: isReady, serving: isReady, terminating: false },
    targetRef: { kind: 'Pod', name: `p${id}`, uid: `u${id}` },
  };
}

function endpoints(from: number, to: number): readonly Endpoint[] {
  return Array.from({ length: to - from }, (_, index) => anEndpoint(from + index));
}

function aSlice(
  name: string,
  own: readonly Endpoint[],
  ports: EndpointSlice['ports'] = PORTS,
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: LABELS },
    addressType: 'IPv4',
    endpoints: own,
    ports,
  };
}

/** Sizes of the slices after a plan was carried out. */
function apply(existing: readonly EndpointSlice[], plan: SlicesPlan): readonly EndpointSlice[] {
  const kept = existing.filter((slice) => !plan.deletes.includes(slice));
  const updated = kept.map((slice) => {
    const update = plan.updates.find((candidate) => candidate.slice === slice);
    return update === undefined ? slice : Object.assign({}, slice, update.content);
  });
  return [
    ...updated,
    ...plan.creates.map(({ endpoints: own, ports }, index) => aSlice(`new${index}`, own, ports)),
  ];
}

function planFor(wanted: readonly Endpoint[], existing: readonly EndpointSlice[]): SlicesPlan {
  const groups = wanted.length === 0 ? [] : [{ ports: PORTS, endpoints: wanted }];
  return planSlices(groups, existing, { labels: LABELS, isSame: isEqualJson });
}

function namesOf(own: readonly Endpoint[]): ReadonlySet<string | undefined> {
  return new Set(own.map(({ targetRef }) => targetRef?.name));
}

describe('planSlices', () => {
  it('makes an empty slice without ports for a Service without endpoints, once', () => {
    const plan = planFor([], []);
    expect(plan).toEqual({ creates: [{ ports: [], endpoints: [] }], updates: [], deletes: [] });

    const placeholder = aSlice('s', [], []);

    expect(planFor([], [placeholder])).toEqual({ creates: [], updates: [], deletes: [] });
  });

  it('writes the first endpoints over the empty slice', () => {
    const placeholder = aSlice('s', [], []);

    const plan = planFor(endpoints(0, 2), [placeholder]);

    expect(plan).toMatchObject({ creates: [], deletes: [], updates: [{ slice: placeholder }] });
  });

  it('holds 100 endpoints a slice', () => {
    const plan = planFor(endpoints(0, 250), []);

    expect(plan.creates.map(({ endpoints: own }) => own.length)).toEqual([100, 100, 50]);
  });

  it('writes only the slice of an endpoint that changed', () => {
    const [full, rest] = [aSlice('full', endpoints(0, 100)), aSlice('rest', endpoints(100, 103))];
    const wanted = [...endpoints(0, 102), anEndpoint(102, false)];

    const plan = planFor(wanted, [full, rest]);

    expect(plan.updates.map(({ slice }) => slice.metadata.name)).toEqual(['rest']);
    expect(plan.creates).toEqual([]);
  });

  it('does not merge slices that shrink', () => {
    const [full, rest] = [aSlice('full', endpoints(0, 100)), aSlice('rest', endpoints(100, 103))];

    const plan = planFor([...endpoints(0, 98), ...endpoints(101, 102)], [full, rest]);

    expect(apply([full, rest], plan).map(({ endpoints: own }) => own?.length)).toEqual([98, 1]);
  });

  it('adds to the unchanged slice that is filled best', () => {
    const [small, large] = [aSlice('small', endpoints(0, 10)), aSlice('large', endpoints(10, 60))];

    const plan = planFor(endpoints(0, 65), [small, large]);

    expect(plan.updates.map(({ slice }) => slice.metadata.name)).toEqual(['large']);
  });

  it('puts labels right that somebody changed', () => {
    const slice = aSlice('s', endpoints(0, 1));
    const changed = { ...slice, metadata: { ...slice.metadata, labels: {} } };

    expect(planFor(endpoints(0, 1), [changed]).updates).toHaveLength(1);
  });

  it('has every wanted endpoint once, in slices of at most 100, and then nothing more to do', () => {
    const count = fc.integer({ min: 0, max: 230 });
    fc.assert(
      fc.property(count, count, count, (first, second, shift) => {
        const existing = apply([], planFor(endpoints(0, first), []));
        const wanted = endpoints(shift % 50, (shift % 50) + second);

        const after = apply(existing, planFor(wanted, existing));

        const found = after.flatMap(({ endpoints: own }) => own ?? []);
        const names = namesOf(found);
        expect(found).toHaveLength(wanted.length);
        expect(names).toEqual(namesOf(wanted));
        expect(
          Math.max(0, ...after.map(({ endpoints: own }) => own?.length ?? 0)),
        ).toBeLessThanOrEqual(100);
        expect(planFor(wanted, after)).toEqual({ creates: [], updates: [], deletes: [] });
      }),
      { numRuns: 40 },
    );
  });
});

interface PodChange {
  readonly status?: NonNullable<Pod['status']>;
  readonly metadata?: Partial<Pod['metadata']>;
  readonly ports?: readonly ContainerPort[];
}

function aPod({ status, metadata, ports = [] }: PodChange = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'u', ...metadata },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i', ports }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      ...status,
    },
  };
}

function inZone(zone = 'z'): Parameters<typeof desiredEndpoints>[2] {
  return { findNode: () => ({ zone }), resolved: new WeakMap() };
}

describe('desiredEndpoints', () => {
  const conditionsOf = (pod: Pod, own = service): unknown =>
    desiredEndpoints(own, [pod], inZone()).groups[0]?.endpoints[0]?.conditions;
  const deleting = { deletionTimestamp: '2026-11-23T06:00:00Z' };
  const publishing = { ...service, spec: { ...service.spec, publishNotReadyAddresses: true } };

  it.each<[string, { readonly pod: Pod; readonly own?: Service }, unknown]>([
    ['a ready pod', { pod: aPod() }, { ready: true, serving: true, terminating: false }],
    [
      'a pod that is not ready',
      { pod: aPod({ status: { conditions: [] } }) },
      { ready: false, serving: false, terminating: false },
    ],
    [
      'a terminating pod that is still ready serves but is not ready',
      { pod: aPod({ metadata: deleting }) },
      { ready: false, serving: true, terminating: true },
    ],
    ['a pod without an address is none', { pod: aPod({ status: { podIP: '' } }) }, undefined],
    ['a pod that ended is none', { pod: aPod({ status: { phase: 'Succeeded' } }) }, undefined],
    [
      'publishNotReadyAddresses makes ready true, also while terminating; serving stays honest',
      { pod: aPod({ metadata: deleting, status: { conditions: [] } }), own: publishing },
      { ready: true, serving: false, terminating: true },
    ],
  ])('%s', (_sentence, { pod, own }, expected) => {
    expect(conditionsOf(pod, own)).toEqual(expected);
  });

  it('groups pods in which a named port differs and leaves out a port that no container has', () => {
    const named = {
      ...service,
      spec: {
        ...service.spec,
        ports: [
          { name: 'http', port: 80, targetPort: 'web' },
          { name: 'admin', port: 81, targetPort: 'missing' },
        ],
      },
    };
    const pods = [
      aPod({ ports: [{ name: 'web', containerPort: 8_080 }] }),
      aPod({ metadata: { name: 'q', uid: 'v' }, ports: [{ name: 'web', containerPort: 9_090 }] }),
    ];

    const { groups } = desiredEndpoints(named, pods, inZone());

    expect(groups.map(({ ports }) => ports)).toEqual([
      [{ name: 'http', port: 8_080, protocol: 'TCP' }],
      [{ name: 'http', port: 9_090, protocol: 'TCP' }],
    ]);
  });

  it("leaves out a pod whose node is gone and says so in upstream's words", () => {
    const { groups, faults } = desiredEndpoints(service, [aPod()], {
      findNode: () => undefined,
      resolved: new WeakMap(),
    });

    expect(groups).toEqual([]);
    expect(faults).toEqual(['skipping Pod p for Service ns/web: Node n1 Not Found']);
  });

  it('resolves a pod anew when the Service or the zone of its node changed', () => {
    const [pod, resolved] = [aPod(), new WeakMap()];
    const look = (own: Service, zone: string): unknown =>
      desiredEndpoints(own, [pod], { findNode: () => ({ zone }), resolved }).groups[0];
    const moved = {
      ...service,
      spec: { ...service.spec, ports: [{ port: 80, targetPort: 9_090 }] },
    };

    const first = look(service, 'z');

    expect(look(service, 'z')).toEqual(first);
    expect(look(service, 'y')).toMatchObject({ endpoints: [{ zone: 'y' }] });
    expect(look(moved, 'y')).toMatchObject({ ports: [{ port: 9_090 }] });
  });

  it('shows the zone of the node', () => {
    const { groups } = desiredEndpoints(service, [aPod()], inZone());

    expect(groups[0]?.endpoints[0]).toMatchObject({ nodeName: 'n1', zone: 'z' });
  });
});
