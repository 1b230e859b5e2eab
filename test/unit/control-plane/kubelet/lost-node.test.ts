import { beforeEach, describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../../src/control-plane/api-machinery/api-machinery.js';
import { Kubelet } from '../../../../src/control-plane/kubelet/kubelet.js';
import {
  EVENTS,
  LEASES,
  NAMESPACES,
  NODES,
  PODS,
} from '../../../../src/control-plane/resources.js';
import { createSystemNamespaces } from '../../../../src/control-plane/system-namespaces.js';
import type { Node, Pod } from '../../../../src/core/objects.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { FakePodRuntime } from '../../../support/fake-pod-runtime.js';

const LEASE = { namespace: 'kube-node-lease', name: 'lab' };
const POD = { namespace: 'shop', name: 'web' };

let clock: VirtualClock;
let api: ApiMachinery;
let runtime: FakePodRuntime;
let kubelet: Kubelet;

beforeEach(() => {
  clock = new VirtualClock(Date.UTC(2026, 10, 23));
  api = new ApiMachinery({ clock, random: seededRandom(1) });
  runtime = new FakePodRuntime(clock);
  createSystemNamespaces(api);
  api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  kubelet = new Kubelet({
    api,
    clock,
    runtime,
    node: {
      name: 'lab',
      capacity: { cpuMillicores: 4_000, memoryBytes: 2 ** 33, pods: 110 },
      address: '127.0.0.1',
      operatingSystem: 'linux',
      architecture: 'amd64',
      kubeletVersion: 'v1.36.0',
    },
  });
  kubelet.start();
});

function nodeOf(): Node {
  const node = api.get(NODES, { namespace: '', name: 'lab' });
  if (node === undefined) throw new Error('expected the node');
  return node;
}

function runPod(name = POD.name): void {
  api.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: POD.namespace, name },
    spec: { nodeName: 'lab', containers: [{ name: 'app', image: 'app:1' }] },
  });
}

/** What the control plane does with a node that it lost. */
function giveUp(): void {
  const node = nodeOf();
  const conditions = (node.status?.conditions ?? []).map((condition) =>
    Object.assign({}, condition, { status: 'Unknown' as const, reason: 'NodeStatusUnknown' }),
  );
  api.update(NODES, { ...node, status: { ...node.status, conditions } }, { subresource: 'status' });
}

function readyOf(object: Node | Pod | undefined): string | undefined {
  const conditions = object?.status?.conditions ?? [];
  return conditions.find(({ type }) => type === 'Ready')?.status;
}

/** What the kubelet told of its node, with how often. */
function told(): readonly string[] {
  const events = api
    .list(EVENTS)
    .items.filter(
      ({ source, involvedObject }) =>
        source?.component === 'kubelet' && involvedObject.kind === 'Node',
    );
  return events.map(({ reason = '', count = 1 }) => `${reason} ${count}`);
}

it('tells of its start, by the name of the node', () => {
  const events = api.list(EVENTS).items.filter(({ source }) => source?.component === 'kubelet');

  expect(events.map(({ reason, involvedObject }) => [reason, involvedObject.uid])).toEqual(
    [
      'Starting',
      'NodeHasSufficientMemory',
      'NodeHasNoDiskPressure',
      'NodeHasSufficientPID',
      'NodeReady',
    ].map((reason) => [reason, 'lab']),
  );
});

/** Closes the node to new pods or opens it, and waits for the kubelet to look. */
function setClosed(unschedulable: boolean): void {
  api.update(NODES, { ...nodeOf(), spec: { ...nodeOf().spec, unschedulable } });
  clock.advance(30_000);
}

it('tells of being closed to pods, and open again, at its next look', () => {
  setClosed(true);
  const closed = told();
  setClosed(false);

  expect(closed.slice(5)).toEqual(['NodeNotSchedulable 1']);
  expect(told().slice(5)).toEqual(['NodeNotSchedulable 1', 'NodeSchedulable 1']);
});

it('tells of being well again once when it is back, not while nobody hears it', () => {
  kubelet.disconnect();
  giveUp();
  clock.advance(120_000);
  const silent = told();

  kubelet.reconnect();

  expect(silent).toEqual(told().map((line) => line.replace(' 2', ' 1')));
  expect(told()).toEqual([
    'Starting 1',
    'NodeHasSufficientMemory 2',
    'NodeHasNoDiskPressure 2',
    'NodeHasSufficientPID 2',
    'NodeReady 2',
  ]);
});

describe('the lease of a node', () => {
  it('is its own, and renewed every 10 s', () => {
    const first = api.get(LEASES, LEASE);
    clock.advance(10_000);

    expect(first).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'Node', name: 'lab', uid: nodeOf().metadata.uid }] },
      spec: {
        holderIdentity: 'lab',
        leaseDurationSeconds: 40,
        renewTime: '2026-11-23T00:00:00.000000Z',
      },
    });
    expect(api.get(LEASES, LEASE)?.spec?.renewTime).toBe('2026-11-23T00:00:10.000000Z');
  });

  it('goes along with a word that the node is well, when others have given it up', () => {
    giveUp();

    clock.advance(10_000);

    expect(readyOf(nodeOf())).toBe('True');
  });
});

describe('a node that is cut off', () => {
  it('says nothing more, while its pods go on', () => {
    runPod();
    clock.advance(5_000);

    kubelet.disconnect();
    giveUp();
    api.delete(PODS, POD);
    clock.advance(120_000);

    expect(api.get(LEASES, LEASE)?.spec?.renewTime).toBe('2026-11-23T00:00:00.000000Z');
    expect(readyOf(nodeOf())).toBe('Unknown');
    expect(api.get(PODS, POD)?.metadata.deletionTimestamp).toBeDefined();
    expect(runtime.openSandboxes).toBe(1);
  });

  it('catches up when it is back: pods end, begin and are ready again', () => {
    runPod();
    runPod('kept');
    clock.advance(5_000);
    kubelet.disconnect();
    giveUp();
    api.delete(PODS, POD);
    runPod('new');
    const kept = { namespace: 'shop', name: 'kept' };
    const pod = api.get(PODS, kept);
    if (pod === undefined) throw new Error('expected the pod');
    const conditions = (pod.status?.conditions ?? []).map((condition) =>
      Object.assign({}, condition, { status: 'False' as const }),
    );
    api.update(PODS, { ...pod, status: { ...pod.status, conditions } }, { subresource: 'status' });
    clock.advance(60_000);

    kubelet.reconnect();
    clock.advance(40_000);

    expect(readyOf(nodeOf())).toBe('True');
    expect(api.get(PODS, POD)).toBeUndefined();
    expect(readyOf(api.get(PODS, kept))).toBe('True');
    expect(api.get(PODS, { namespace: 'shop', name: 'new' })?.status?.phase).toBe('Running');
    expect(runtime.openSandboxes).toBe(2);
  });

  it('ends pods that are no longer known', () => {
    runPod();
    clock.advance(5_000);
    kubelet.disconnect();
    api.delete(PODS, POD, { gracePeriodSeconds: 0 });

    kubelet.reconnect();
    clock.advance(1_000);

    expect(runtime.openSandboxes).toBe(0);
  });
});
