/** Jobs for tests. */
import type { Job, JobSpec } from '../../src/core/batch-objects.js';

/** A Job `j` in the namespace of a lab, of one container. */
export function aJob(
  spec: Partial<JobSpec> = {},
  restartPolicy: 'Never' | 'OnFailure' = 'Never',
): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'lab' },
    spec: {
      // the API makes one
      selector: {},
      template: { spec: { restartPolicy, containers: [{ name: 'c', image: 'job:1' }] } },
      ...spec,
    },
  };
}
