import { describe, expect, test } from 'vitest';
import { withoutSkew } from '../../../src/cluster/skewed-target.js';

describe('withoutSkew', () => {
  const pod = {
    metadata: {
      name: '2026-08-01T10:00:05Z',
      creationTimestamp: '2026-08-01T10:00:05Z',
      annotations: { at: '2026-08-01T10:00:05Z' },
    },
    spec: { until: '2026-08-01T10:00:05Z' },
    status: {
      conditions: [{ type: 'Ready', lastTransitionTime: '2026-08-01T10:00:07Z' }],
      containerStatuses: [{ restartCount: 0, state: { running: { startedAt: null } } }],
    },
  };

  test('times of a server that is 3 s ahead are 3 s earlier, in whole seconds', () => {
    const right = withoutSkew(pod, 3_000);
    expect(right.metadata.creationTimestamp).toBe('2026-08-01T10:00:02Z');
    expect(right.status.conditions[0]?.lastTransitionTime).toBe('2026-08-01T10:00:04Z');
  });

  test('names, annotations and specs are left alone, and so is all that is no time', () => {
    const { metadata, spec, status } = withoutSkew(pod, 3_000);
    expect(metadata.name).toBe(pod.metadata.name);
    expect(metadata.annotations).toEqual(pod.metadata.annotations);
    expect(spec).toEqual(pod.spec);
    expect(status.containerStatuses).toEqual(pod.status.containerStatuses);
  });
});
