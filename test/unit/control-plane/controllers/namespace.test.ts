import { describe, expect, it } from 'vitest';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  LEASES,
  NAMESPACES,
  SERVICE_ACCOUNTS,
} from '../../../../src/control-plane/resources.js';
import type { KubeObject } from '../../../../src/core/objects.js';
import {
  NAMESPACE,
  aDeployment,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';

const KEY = { namespace: '', name: NAMESPACE };

function ending(lab: ControlPlaneLab): void {
  lab.api.delete(NAMESPACES, KEY);
}

function aConfigMap(name: string, finalizers?: readonly string[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: NAMESPACE, ...(finalizers === undefined ? {} : { finalizers }) },
  };
}

describe('NamespaceController', () => {
  it('waits 5 s, deletes pods first, the rest when they are gone, and lets the namespace go', () => {
    const lab = controlPlaneLab({ rules: [{ graceMs: 2_000 }] });
    lab.api.create(DEPLOYMENTS, aDeployment());
    lab.clock.advance(3_000);
    ending(lab);

    lab.clock.advance(4_900);
    expect(lab.pods().some(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(false);
    lab.clock.advance(200);
    expect(lab.pods().every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    expect(lab.deployment().metadata.deletionTimestamp).toBeUndefined();
    const conditions = lab.api.get(NAMESPACES, KEY)?.status?.conditions ?? [];
    expect(conditions.find(({ type }) => type === 'NamespaceContentRemaining')).toMatchObject({
      status: 'True',
      message: 'Some resources are remaining: pods. has 3 resource instances',
    });
    lab.clock.advance(6_000);

    expect(lab.api.get(NAMESPACES, KEY)).toBeUndefined();
    expect(lab.api.list(DEPLOYMENTS, { namespace: NAMESPACE }).items).toEqual([]);
    expect(lab.failures).toEqual([]);
  });

  it('stays while something in it has a finalizer, and says which', () => {
    const lab = controlPlaneLab();
    lab.api.create(CONFIG_MAPS, aConfigMap('held', ['example.com/hold']));
    ending(lab);
    lab.clock.advance(12_000);

    const conditions = lab.api.get(NAMESPACES, KEY)?.status?.conditions ?? [];
    expect(conditions.find(({ type }) => type === 'NamespaceFinalizersRemaining')).toMatchObject({
      status: 'True',
      reason: 'SomeFinalizersRemain',
    });
    lab.api.update(CONFIG_MAPS, aConfigMap('held'));
    lab.clock.advance(6_000);

    expect(lab.api.get(NAMESPACES, KEY)).toBeUndefined();
  });
});

describe('ServiceAccountController', () => {
  it('gives every namespace a default service account and replaces it when deleted', () => {
    const lab = controlPlaneLab();
    const key = { namespace: NAMESPACE, name: 'default' };
    const first = lab.api.get(SERVICE_ACCOUNTS, key);
    expect(first).toBeDefined();

    lab.api.delete(SERVICE_ACCOUNTS, key);
    lab.clock.advance(0);

    const second = lab.api.get(SERVICE_ACCOUNTS, key);
    expect(second).toBeDefined();
    expect(second?.metadata.uid).not.toBe(first?.metadata.uid);
  });
});

describe('GarbageCollector', () => {
  it('does not let objects that own each other wait for each other', () => {
    const lab = controlPlaneLab();
    const owned = (name: string, owner: string): KubeObject => {
      const { uid = '' } =
        lab.api.get(CONFIG_MAPS, { namespace: NAMESPACE, name: owner })?.metadata ?? {};
      const present = lab.api.get(CONFIG_MAPS, { namespace: NAMESPACE, name });
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid };
      return {
        ...aConfigMap(name),
        metadata: {
          ...(present?.metadata ?? aConfigMap(name).metadata),
          namespace: NAMESPACE,
          ownerReferences: [{ ...reference, blockOwnerDeletion: true }],
        },
      };
    };
    lab.api.create(CONFIG_MAPS, aConfigMap('a'));
    lab.api.create(CONFIG_MAPS, owned('b', 'a'));
    lab.api.update(CONFIG_MAPS, owned('a', 'b'));
    lab.clock.advance(1_000);

    lab.api.delete(
      CONFIG_MAPS,
      { namespace: NAMESPACE, name: 'a' },
      { propagationPolicy: 'Foreground' },
    );
    lab.clock.advance(5_000);

    expect(lab.api.list(CONFIG_MAPS, { namespace: NAMESPACE }).items).toEqual([]);
    expect(lab.failures).toEqual([]);
  });

  it('collects an object that names an owner that never was', () => {
    const lab = controlPlaneLab();
    const metadata = {
      name: 'orphan',
      namespace: NAMESPACE,
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'none', uid: 'u' }],
    };
    lab.api.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    lab.clock.advance(10);

    expect(lab.api.list(CONFIG_MAPS, { namespace: NAMESPACE }).items).toEqual([]);
  });
});

describe('system namespaces', () => {
  it.each(['default', 'kube-system', 'kube-public'])('%s may not be deleted', (name) => {
    const lab = controlPlaneLab();

    expect(() => lab.api.delete(NAMESPACES, { namespace: '', name })).toThrow(
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    );
  });

  it('kube-node-lease may be deleted, and is there again within a minute, as are its leases', () => {
    const lab = controlPlaneLab();
    const key = { namespace: '', name: 'kube-node-lease' };
    lab.clock.advance(1_000);
    const before = lab.api.get(NAMESPACES, key)?.metadata.uid;
    lab.api.delete(NAMESPACES, key);
    lab.clock.advance(8_000);
    expect(lab.api.get(NAMESPACES, key)).toBeUndefined();

    lab.clock.advance(60_000);

    expect(lab.api.get(NAMESPACES, key)?.metadata.uid).not.toBe(before);
    expect(lab.api.get(NAMESPACES, key)?.status?.phase).toBe('Active');
    lab.clock.advance(60_000);
    expect(lab.api.list(LEASES, { namespace: 'kube-node-lease' }).items).toHaveLength(1);
    expect(lab.failures).toEqual([]);
  });

  it('no other namespace comes back', () => {
    const lab = controlPlaneLab();
    ending(lab);
    lab.clock.advance(130_000);

    expect(lab.api.get(NAMESPACES, KEY)).toBeUndefined();
  });
});
