import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../../src/control-plane/api-error.js';
import { ApiMachinery } from '../../../../src/control-plane/api-machinery/api-machinery.js';
import type { WatchEvent } from '../../../../src/control-plane/api.js';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  NAMESPACES,
  PODS,
  SERVICES,
} from '../../../../src/control-plane/resources.js';
import type { Deployment, Pod } from '../../../../src/core/objects.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

const START_MS = Date.parse('2026-11-23T06:00:00.750Z');
const NS = 'lab';

function pod(name: string, nodeName?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NS },
    spec: {
      containers: [{ name: 'app', image: 'app:1' }],
      ...(nodeName === undefined ? {} : { nodeName }),
    },
  };
}

function deployment(name: string, replicas = 1): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NS },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: 'app:1' }] },
      },
    },
  };
}

function refusal(action: () => unknown): ApiError {
  try {
    action();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

function eventsOf(api: ApiMachinery, name: string): readonly string[] {
  const events: string[] = [];
  api.watch(
    PODS,
    ({ type, object }) => {
      if (object.metadata.name === name) events.push(type);
    },
    { sinceVersion: '1000' },
  );
  return events;
}

describe('ApiMachinery', () => {
  let clock: VirtualClock;
  let api: ApiMachinery;

  beforeEach(() => {
    clock = new VirtualClock(START_MS);
    api = new ApiMachinery({ clock, random: seededRandom(1) });
    api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } });
  });

  describe('create', () => {
    it('sets uid, version, generation and whole seconds of creation, and drops the status', () => {
      const created = api.create(DEPLOYMENTS, {
        ...deployment('web'),
        status: { replicas: 7 },
      });

      expect(created.metadata).toMatchObject({
        generation: 1,
        creationTimestamp: '2026-11-23T06:00:00Z',
        uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/),
      });
      expect(Number(created.metadata.resourceVersion)).toBeGreaterThan(1_000);
      expect(created.status).toEqual({});
    });

    it('fills in the defaults of upstream', () => {
      const { spec } = api.create(DEPLOYMENTS, deployment('web'));

      expect(spec).toMatchObject({
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
        },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        template: {
          spec: {
            restartPolicy: 'Always',
            terminationGracePeriodSeconds: 30,
            containers: [{ imagePullPolicy: 'IfNotPresent' }],
          },
        },
      });
    });

    it('makes a name from generateName', () => {
      const { metadata } = api.create(PODS, {
        ...pod(''),
        metadata: { name: '', generateName: 'web-', namespace: NS },
      });

      expect(metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    });

    it('refuses a name that is taken, and names all faults of an invalid object at once', () => {
      api.create(PODS, pod('a'));
      expect(refusal(() => api.create(PODS, pod('a'))).status).toMatchObject({
        reason: 'AlreadyExists',
        message: 'pods "a" already exists',
        code: 409,
      });

      const invalid = refusal(() =>
        api.create(DEPLOYMENTS, {
          ...deployment('web', -1),
          spec: { ...deployment('web', -1).spec, selector: { matchLabels: { app: 'other' } } },
        }),
      );
      expect(invalid.status).toMatchObject({
        reason: 'Invalid',
        code: 422,
        details: {
          causes: [
            { field: 'spec.replicas', reason: 'FieldValueInvalid' },
            { field: 'spec.template.metadata.labels' },
          ],
        },
      });
    });

    it('stores nothing on a dry run', () => {
      const made = api.create(PODS, pod('a'), { dryRun: true });

      expect(made.spec.restartPolicy).toBe('Always');
      expect(api.get(PODS, { namespace: NS, name: 'a' })).toBeUndefined();
    });

    it('refuses a namespace that is missing or ending', () => {
      const missing = refusal(() =>
        api.create(PODS, { ...pod('a'), metadata: { name: 'a', namespace: 'none' } }),
      );
      expect(missing.status).toMatchObject({ code: 404, message: 'namespaces "none" not found' });

      api.delete(NAMESPACES, { namespace: '', name: NS });
      expect(refusal(() => api.create(PODS, pod('a'))).status).toMatchObject({
        reason: 'Forbidden',
        message:
          'pods "a" is forbidden: unable to create new content in namespace lab because it is being terminated',
      });
    });
  });

  describe('update', () => {
    it('refuses a stale version with 409 and takes an update without one', () => {
      const first = api.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: NS },
        data: { x: '1' },
      });
      api.update(CONFIG_MAPS, { ...first, data: { x: '2' } });

      const stale = refusal(() => api.update(CONFIG_MAPS, { ...first, data: { x: '3' } }));
      const { resourceVersion: _, ...unversioned } = first.metadata;
      const forced = api.update(CONFIG_MAPS, { ...first, metadata: unversioned, data: { x: '4' } });

      expect(stale.status).toMatchObject({ reason: 'Conflict', code: 409 });
      expect(forced.data).toEqual({ x: '4' });
    });

    it('makes no version and no event when nothing changes', () => {
      const created = api.create(DEPLOYMENTS, deployment('web'));
      const events: WatchEvent[] = [];
      api.watch(DEPLOYMENTS, (event) => events.push(event));

      const updated = api.update(DEPLOYMENTS, { ...deployment('web'), status: { replicas: 3 } });

      expect(updated).toBe(created);
      expect(events).toEqual([]);
    });

    it('raises the generation for the spec only', () => {
      const created = api.create(DEPLOYMENTS, deployment('web'));
      const labelled = api.update(DEPLOYMENTS, {
        ...created,
        metadata: { ...created.metadata, labels: { a: 'b' } },
      });
      const scaled = api.update(DEPLOYMENTS, {
        ...labelled,
        spec: { ...labelled.spec, replicas: 5 },
      });

      expect(labelled.metadata.generation).toBe(1);
      expect(scaled.metadata.generation).toBe(2);
    });

    it('keeps status and the rest apart', () => {
      const created = api.create(DEPLOYMENTS, deployment('web'));
      const reported = api.update(
        DEPLOYMENTS,
        { ...created, spec: { ...created.spec, replicas: 9 }, status: { replicas: 2 } },
        { subresource: 'status' },
      );

      expect(reported.spec.replicas).toBe(1);
      expect(reported.status).toEqual({ replicas: 2 });
      expect(reported.metadata.generation).toBe(1);
    });

    it('gives an autoscaler no generation', () => {
      const created = api.create(HORIZONTAL_POD_AUTOSCALERS, {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web', namespace: NS },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          maxReplicas: 4,
        },
      });

      expect(created.metadata.generation).toBeUndefined();
      expect(created.status).toEqual({ desiredReplicas: 0, currentMetrics: null });
    });
  });

  describe('binding', () => {
    it('sets the node once, with the PodScheduled condition', () => {
      const created = api.create(PODS, pod('a'));
      const bound = api.update(
        PODS,
        { ...created, spec: { ...created.spec, nodeName: 'n1' } },
        { subresource: 'binding' },
      );

      expect(bound.spec.nodeName).toBe('n1');
      expect(bound.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
      expect(
        refusal(() =>
          api.update(
            PODS,
            { ...bound, spec: { ...bound.spec, nodeName: 'n2' } },
            { subresource: 'binding' },
          ),
        ).reason,
      ).toBe('Conflict');
    });
  });

  describe('delete', () => {
    it('lets a pod without a node go at once: MODIFIED, then DELETED', () => {
      api.create(PODS, pod('a'));

      const deleted = api.delete(PODS, { namespace: NS, name: 'a' });

      expect(deleted.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, generation: 2 });
      expect(eventsOf(api, 'a')).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    });

    it('keeps a pod on a node until it is deleted with grace 0', () => {
      api.create(PODS, pod('a', 'n1'));
      const key = { namespace: NS, name: 'a' };

      const marked = api.delete(PODS, key);
      expect(marked.metadata).toMatchObject({
        deletionTimestamp: '2026-11-23T06:00:30Z',
        deletionGracePeriodSeconds: 30,
      });
      expect(api.delete(PODS, key)).toBe(marked);

      const shorter = api.delete(PODS, key, { gracePeriodSeconds: 5 });
      expect(shorter.metadata.deletionTimestamp).toBe('2026-11-23T06:00:05Z');

      api.delete(PODS, key, { gracePeriodSeconds: 0 });
      expect(api.get(PODS, key)).toBeUndefined();
    });

    it('waits for finalizers and goes with the update that takes the last one away', () => {
      const created = api.create(DEPLOYMENTS, deployment('web'));
      const key = { namespace: NS, name: 'web' };

      const marked = api.delete(DEPLOYMENTS, key, { propagationPolicy: 'Foreground' });
      expect(marked.metadata.finalizers).toEqual(['foregroundDeletion']);
      expect(marked.metadata.generation).toBe(2);

      const { finalizers: _, resourceVersion: __, ...rest } = marked.metadata;
      api.update(DEPLOYMENTS, { ...created, metadata: rest });
      expect(api.get(DEPLOYMENTS, key)).toBeUndefined();
    });

    it('refuses a precondition that does not hold', () => {
      const created = api.create(PODS, pod('a'));

      const wrong = refusal(() =>
        api.delete(PODS, { namespace: NS, name: 'a' }, { preconditions: { uid: 'other' } }),
      );

      expect(wrong.status.message).toContain(
        `the UID in the precondition (other) does not match the UID in record (${created.metadata.uid})`,
      );
    });

    it('ends a namespace in two steps', () => {
      const ending = api.delete(NAMESPACES, { namespace: '', name: NS });
      expect(ending.status?.phase).toBe('Terminating');

      api.update(NAMESPACES, { ...ending, spec: { finalizers: [] } }, { subresource: 'finalize' });
      expect(api.get(NAMESPACES, { namespace: '', name: NS })).toBeUndefined();
    });
  });

  describe('services', () => {
    it('gives each a free address of the range and refuses a taken one', () => {
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a', namespace: NS },
        spec: { ports: [{ port: 80 }] },
      };
      const { spec } = api.create(SERVICES, service);
      expect(spec.clusterIP).toMatch(/^10\.96\.\d+\.\d+$/);
      expect(spec.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);

      const taken = refusal(() =>
        api.create(SERVICES, {
          ...service,
          metadata: { name: 'b', namespace: NS },
          spec: { ports: [{ port: 80 }], clusterIP: spec.clusterIP ?? '' },
        }),
      );
      expect(taken.status.message).toContain('provided IP is already allocated');
    });
  });
});
