import { describe, expect, it } from 'vitest';
import { performOnNode } from '../../../../src/conformance/controllers/node-actions.js';
import {
  START_MS,
  aDeployment,
  aTemplate,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';
import { DEPLOYMENTS, EVENTS, NODES, PODS } from '../../../../src/control-plane/resources.js';
import type { Node, Taint } from '../../../../src/core/objects.js';

const UNREACHABLE = 'node.kubernetes.io/unreachable';

function labWith(count: number): ControlPlaneLab {
  const nodes = Array.from({ length: count }, (_, index) => ({ name: `n${index + 1}` }));
  return controlPlaneLab({ nodes });
}

function act(lab: ControlPlaneLab, what: string, node: string): void {
  performOnNode(lab, { at: 0, do: what, node });
}

function nodeOf({ api }: ControlPlaneLab, name: string): Node {
  const node = api.get(NODES, { namespace: '', name });
  if (node === undefined) throw new Error(`expected the node ${name}`);
  return node;
}

function taintsOf(lab: ControlPlaneLab, name: string): readonly string[] {
  return (nodeOf(lab, name).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();
}

function readyOf(lab: ControlPlaneLab, name: string): string | undefined {
  return nodeOf(lab, name).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

function setTaints(lab: ControlPlaneLab, name: string, taints: readonly Taint[]): void {
  const node = nodeOf(lab, name);
  lab.api.update(NODES, { ...node, spec: { ...node.spec, taints } });
}

function hasTaint(node: Node | undefined): boolean {
  return (node?.spec.taints ?? []).some(({ effect }) => effect === 'NoExecute');
}

/** A Deployment whose pods stand a lost node for so long. */
function deploy(lab: ControlPlaneLab, replicas: number, tolerationSeconds: number): void {
  const toleration = {
    key: UNREACHABLE,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  } as const;
  const { metadata, spec } = aTemplate();
  const template = { ...(metadata && { metadata }), spec: { ...spec, tolerations: [toleration] } };
  lab.api.create(DEPLOYMENTS, aDeployment({ replicas, template }));
}

describe('a node that falls silent', () => {
  it('is Unknown 40 to 50 s later, is tainted, and loses its pods to the others', () => {
    const lab = labWith(3);
    deploy(lab, 6, 5);
    lab.clock.advance(3_000);

    act(lab, 'node-stop', 'n1');
    lab.clock.advance(36_000);
    expect(readyOf(lab, 'n1')).toBe('True');
    lab.clock.advance(15_000);

    expect(readyOf(lab, 'n1')).toBe('Unknown');
    expect(taintsOf(lab, 'n1')).toEqual([`${UNREACHABLE}:NoExecute`, `${UNREACHABLE}:NoSchedule`]);
    lab.clock.advance(10_000);
    const lost = lab.pods().filter(({ spec }) => spec.nodeName === 'n1');
    expect(lost.length).toBeGreaterThan(0);
    for (const { metadata, status } of lost) {
      // its kubelet is not there to end it
      expect(metadata.deletionTimestamp).toBeDefined();
      expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    }
    expect(lab.deployment().status?.availableReplicas).toBe(6);
  });

  it('ends its old pods and takes new ones when it is back', () => {
    const lab = labWith(2);
    deploy(lab, 4, 5);
    lab.clock.advance(3_000);
    act(lab, 'node-stop', 'n1');
    lab.clock.advance(80_000);

    act(lab, 'node-start', 'n1');
    lab.clock.advance(10_000);

    expect(readyOf(lab, 'n1')).toBe('True');
    expect(taintsOf(lab, 'n1')).toEqual([]);
    expect(lab.pods()).toHaveLength(4);
  });

  it('is not given up within 10 s of another of its zone', () => {
    const lab = labWith(5);
    lab.clock.advance(3_000);
    const taintedAt: number[] = [];
    lab.api.watch(NODES, ({ object, previous }) => {
      if (hasTaint(object) && !hasTaint(previous)) taintedAt.push(lab.clock.now() - START_MS);
    });

    act(lab, 'node-stop', 'n1');
    act(lab, 'node-stop', 'n2');
    lab.clock.advance(90_000);

    expect(taintedAt).toHaveLength(2);
    expect((taintedAt[1] ?? 0) - (taintedAt[0] ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  it('evicts nobody when all nodes are gone: that may be our own network', () => {
    const lab = labWith(2);
    deploy(lab, 2, 5);
    lab.clock.advance(3_000);

    act(lab, 'node-stop', 'n1');
    act(lab, 'node-stop', 'n2');
    lab.clock.advance(180_000);

    expect([readyOf(lab, 'n1'), readyOf(lab, 'n2')]).toEqual(['Unknown', 'Unknown']);
    expect(taintsOf(lab, 'n1')).toEqual([`${UNREACHABLE}:NoSchedule`]);
    const going = lab.pods().filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(going).toEqual([]);
  });
});

describe('a node that never says anything', () => {
  it('has a minute', () => {
    const lab = labWith(1);
    lab.heartbeats.stopNode('mute');
    lab.api.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'mute' },
      spec: {},
    });

    lab.clock.advance(55_000);
    expect(readyOf(lab, 'mute')).toBeUndefined();
    lab.clock.advance(15_000);

    const ready = nodeOf(lab, 'mute').status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'Unknown', reason: 'NodeStatusNeverUpdated' });
  });
});

describe('pods of a node', () => {
  it('that was deleted are collected after 40 to 80 s, as failed', () => {
    const lab = labWith(2);
    deploy(lab, 2, 300);
    lab.clock.advance(3_000);
    const phases: string[] = [];
    lab.api.watch(PODS, ({ type, object }) => {
      if (type === 'DELETED') phases.push(object.status?.phase ?? '');
    });

    act(lab, 'node-delete', 'n1');
    lab.clock.advance(39_000);
    expect(phases).toEqual([]);
    lab.clock.advance(45_000);

    expect(phases).toEqual(['Failed']);
    expect(lab.deployment().status?.availableReplicas).toBe(2);
  });

  it('that is out of service are ended for it', () => {
    const lab = labWith(2);
    deploy(lab, 2, 1);
    lab.clock.advance(3_000);
    act(lab, 'node-stop', 'n1');
    lab.clock.advance(60_000);
    expect(lab.pods()).toHaveLength(3);

    const { spec } = nodeOf(lab, 'n1');
    const taint = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' } as const;
    setTaints(lab, 'n1', [...(spec.taints ?? []), taint]);
    lab.clock.advance(21_000);

    expect(lab.pods()).toHaveLength(2);
  });
});

describe('a NoExecute taint', () => {
  const taint: Taint = { key: 'a', effect: 'NoExecute' };

  it('evicts at once what does not tolerate it', () => {
    const lab = labWith(1);
    lab.api.create(DEPLOYMENTS, aDeployment({ replicas: 1 }));
    lab.clock.advance(3_000);
    const [before] = lab.pods();

    setTaints(lab, 'n1', [taint]);
    lab.clock.advance(100);

    const pod = lab.api.get(PODS, { namespace: 'lab', name: before?.metadata.name ?? '' });
    expect(pod?.metadata.deletionTimestamp).toBeDefined();
    const target = pod?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    expect(target).toMatchObject({ reason: 'DeletionByTaintManager' });
  });

  it('that goes in time takes the eviction back, and says so', () => {
    const lab = labWith(1);
    deploy(lab, 1, 30);
    lab.clock.advance(3_000);

    setTaints(lab, 'n1', [{ key: UNREACHABLE, effect: 'NoExecute' }]);
    lab.clock.advance(1_000);
    setTaints(lab, 'n1', []);
    lab.clock.advance(60_000);

    expect(lab.pods().map(({ metadata }) => metadata.deletionTimestamp)).toEqual([undefined]);
    const messages = lab.api.list(EVENTS).items.map(({ message = '' }) => message);
    expect(messages.some((text) => text.startsWith('Cancelling deletion of Pod lab/'))).toBe(true);
  });
});

describe('a cordoned node', () => {
  it('has the taint that says so, until it is uncordoned', () => {
    const lab = labWith(1);
    const node = nodeOf(lab, 'n1');
    lab.api.update(NODES, { ...node, spec: { ...node.spec, unschedulable: true } });
    lab.clock.advance(10);
    expect(taintsOf(lab, 'n1')).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);

    lab.api.update(NODES, { ...nodeOf(lab, 'n1'), spec: {} });
    lab.clock.advance(10);

    expect(taintsOf(lab, 'n1')).toEqual([]);
  });
});
