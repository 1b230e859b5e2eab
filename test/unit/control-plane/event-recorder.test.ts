import { beforeEach, describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../src/control-plane/api-machinery/api-machinery.js';
import { EventRecorder } from '../../../src/control-plane/event-recorder.js';
import { CONFIG_MAPS, EVENTS, NAMESPACES } from '../../../src/control-plane/resources.js';
import type { KubeEvent, KubeObject } from '../../../src/core/objects.js';
import { seededRandom } from '../../../src/core/random.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';

const NOW_MS = Date.UTC(2026, 10, 23, 6, 18, 0) + 123;

describe('EventRecorder', () => {
  let api: ApiMachinery;
  let subject: KubeObject;
  const events = (): readonly KubeEvent[] => api.list(EVENTS, { namespace: 'ns' }).items;

  beforeEach(() => {
    api = new ApiMachinery({ clock: new VirtualClock(NOW_MS), random: seededRandom(1) });
    api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    subject = api.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'thing', namespace: 'ns' },
    });
  });

  it('writes an event as upstream does', () => {
    const recorder = new EventRecorder({ api, component: 'kubelet', host: 'n1' });

    recorder.event({ object: subject, fieldPath: 'spec.x' }, 'Warning', 'Failed', 'why', NOW_MS);

    const [event] = events();
    expect(event?.metadata.name).toBe(`thing.${(BigInt(NOW_MS) * 1_000_000n).toString(16)}`);
    expect(event).toMatchObject({
      involvedObject: {
        kind: 'ConfigMap',
        name: 'thing',
        uid: subject.metadata.uid,
        fieldPath: 'spec.x',
      },
      type: 'Warning',
      reason: 'Failed',
      message: 'why',
      count: 1,
      firstTimestamp: '2026-11-23T06:18:00Z',
      source: { component: 'kubelet', host: 'n1' },
      reportingComponent: 'kubelet',
    });
  });

  it('counts an equal event up and keeps its first time', () => {
    const recorder = new EventRecorder({ api, component: 'c' });

    recorder.event(subject, 'Normal', 'Done', 'it', NOW_MS);
    recorder.event(subject, 'Normal', 'Done', 'it', NOW_MS + 5_000);

    expect(events()).toMatchObject([
      {
        count: 2,
        firstTimestamp: '2026-11-23T06:18:00Z',
        lastTimestamp: '2026-11-23T06:18:05Z',
      },
    ]);
  });

  it('gives different events of one instant different names', () => {
    const recorder = new EventRecorder({ api, component: 'c' });

    for (const message of ['a', 'b', 'c'])
      recorder.event(subject, 'Normal', 'Done', message, NOW_MS);

    expect(events()).toHaveLength(3);
  });

  it('begins a new event when somebody deleted the old one', () => {
    const recorder = new EventRecorder({ api, component: 'c' });
    recorder.event(subject, 'Normal', 'Done', 'it', NOW_MS);
    const name = events()[0]?.metadata.name ?? '';
    api.delete(EVENTS, { namespace: 'ns', name });

    recorder.event(subject, 'Normal', 'Done', 'it', NOW_MS + 1_000);

    expect(events()).toMatchObject([{ count: 2, message: 'it' }]);
  });

  it('counts a series without a count, as the newer recorder does', () => {
    const recorder = new EventRecorder({ api, component: 'default-scheduler', style: 'series' });

    recorder.event(subject, 'Warning', 'FailedScheduling', 'no room', NOW_MS);
    recorder.event(subject, 'Warning', 'FailedScheduling', 'still none', NOW_MS + 1_000);

    const [event, ...others] = events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({ message: 'no room', series: { count: 2 } });
    expect(event?.count).toBeUndefined();
    expect(event?.reportingComponent).toBe('default-scheduler');
  });

  it('loses an event that the API refuses, and says how many', () => {
    const recorder = new EventRecorder({ api, component: 'c' });
    const elsewhere = { ...subject, metadata: { ...subject.metadata, namespace: 'missing' } };

    recorder.event(elsewhere, 'Normal', 'Done', 'it', NOW_MS);

    expect(recorder.refused).toBe(1);
  });
});
