import { describe, expect, it } from 'vitest';
import { workerJob, workerNamespace } from '../../../../src/cluster/kubernetes/worker-job.js';
import { isLoadWorker } from '../../../../src/core/load-worker-label.js';
import { InProcessApi } from '../../../support/in-process-api.js';

const LABELS = { 'app.kubernetes.io/managed-by': 'hpa-lab', 'hpa-lab.dev/run': '20261123-1-ab' };
const OPTIONS = {
  namespace: 'default',
  name: 'hpa-lab-load-20261123-1-ab',
  labels: LABELS,
  count: 8,
  image: 'hpa-lab/hpa-lab:0.1.0',
  lifeMs: 90_500,
};

describe('the Job of load workers', () => {
  it('is one that the API takes, with every index of its own fate', () => {
    const api = new InProcessApi();

    const { status, body } = api.send('POST', '/apis/batch/v1/namespaces/default/jobs', {
      body: workerJob(OPTIONS),
      query: 'fieldValidation=Strict',
    });

    expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
    expect(body.spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 8,
      parallelism: 8,
      backoffLimitPerIndex: 0,
      activeDeadlineSeconds: 91,
    });
  });

  it('has pods that gc finds, and that are told from those of the service', () => {
    const metadata = workerJob(OPTIONS).spec?.template.metadata;

    expect(metadata?.labels).toMatchObject(LABELS);
    expect(isLoadWorker({ metadata: { name: 'x', labels: metadata?.labels ?? {} } })).toBe(true);
    expect(isLoadWorker({ metadata: { name: 'x', labels: LABELS } })).toBe(false);
    expect(workerNamespace('n', LABELS).metadata?.labels).toEqual(LABELS);
  });

  it('meets the restricted pod security standard', () => {
    const spec = workerJob(OPTIONS).spec?.template.spec;

    expect(spec?.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec?.containers.map(({ securityContext }) => securityContext)).toEqual([
      expect.objectContaining({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      }),
    ]);
    expect(spec?.automountServiceAccountToken).toBe(false);
  });

  it('is pulled with a secret where there is one', () => {
    const spec = workerJob({ ...OPTIONS, pullSecret: 'registry' }).spec?.template.spec;

    expect(spec?.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });
});
