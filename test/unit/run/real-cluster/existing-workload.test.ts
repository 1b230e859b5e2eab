import { beforeEach, describe, expect, test } from 'vitest';
import { applyObjects } from '../../../../src/cluster/apply-objects.js';
import { ApiRefusal, type ApiPort } from '../../../../src/cluster/api-port.js';
import { readExperiment } from '../../../../src/run/read-experiment.js';
import { ExistingWorkload } from '../../../../src/run/real-cluster/existing-workload.js';
import { readObjects } from '../../../../src/run/read-manifests.js';
import { InProcessApi } from '../../../support/in-process-api.js';
import { portTo } from '../../../support/in-process-port.js';

const HPA = '/apis/autoscaling/v2/namespaces/hpa-lab/horizontalpodautoscalers/sample-service';
const RUN = { runId: '20260801-101500-ab12', expiresAtMs: 1_785_000_000_000 };
const EXPERIMENT = {
  ...readExperiment('spike', 'experiments'),
  namespace: 'hpa-lab',
  isExisting: true as const,
  patches: [
    {
      kind: 'HorizontalPodAutoscaler',
      name: 'sample-service',
      patch: { spec: { maxReplicas: 20 } },
    },
    {
      kind: 'HorizontalPodAutoscaler',
      name: 'sample-service',
      patch: {
        spec: { minReplicas: 2, behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } },
      },
    },
  ],
};

let api: InProcessApi;
let port: ApiPort;

beforeEach(async () => {
  api = new InProcessApi();
  port = portTo(api);
  const parsed = await readObjects(['manifests']);
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
  await applyObjects(port, parsed.objects);
});

function hpa() {
  const { metadata, spec } = api.send('GET', HPA).body;
  return { annotations: metadata.annotations, spec };
}

describe('an existing workload', () => {
  test('is changed as the experiment says, and put back as it was', async () => {
    const before = hpa();
    const workload = new ExistingWorkload(port, EXPERIMENT);

    await workload.change(RUN);
    expect(hpa().spec).toMatchObject({ maxReplicas: 20, minReplicas: 2 });
    expect(hpa().annotations).toMatchObject({ 'hpa-lab.dev/run': RUN.runId });

    await workload.restore();
    expect(hpa()).toEqual(before);
  });

  test('gives back the objects as they were before', async () => {
    const objects = await new ExistingWorkload(port, EXPERIMENT).read();
    expect(objects.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'HorizontalPodAutoscaler',
      'Service',
    ]);
  });

  test('that another run changed is refused', async () => {
    await new ExistingWorkload(port, EXPERIMENT).change(RUN);
    await expect(new ExistingWorkload(port, EXPERIMENT).read()).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringContaining(`changed by run ${RUN.runId}`),
    });
  });

  test('of which parts are missing is refused with all of them', async () => {
    const other = { ...EXPERIMENT, deployment: 'shop', service: 'shop', patches: [] };
    await expect(new ExistingWorkload(port, other).read()).rejects.toMatchObject({
      message:
        'there is no Deployment shop in namespace hpa-lab\nthere is no Service shop in namespace hpa-lab',
    });
  });

  test('is put back also when a change was answered by nothing at all', async () => {
    const before = hpa();
    let isCut = true;
    const cut: ApiPort = {
      ...port,
      call: async (request) => {
        const answer = await port.call(request);
        if (request.method === 'PATCH' && isCut) {
          isCut = false;
          throw new Error('the connection was cut');
        }
        return answer;
      },
    };
    const workload = new ExistingWorkload(cut, EXPERIMENT);

    await expect(workload.change(RUN)).rejects.toThrow('the connection was cut');
    expect(hpa().spec.maxReplicas).toBe(20);
    await workload.restore();
    expect(hpa()).toEqual(before);
  });

  test('that cannot be put back is told, with what can', async () => {
    let isAway = false;
    const away = portTo(api, {
      answer: () => {
        if (isAway) throw new ApiRefusal(503, { message: 'away' });
        return undefined;
      },
    });
    const workload = new ExistingWorkload(away, EXPERIMENT);
    await workload.change(RUN);
    isAway = true;
    await expect(workload.restore()).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      hint: expect.stringContaining('npm run gc'),
    });
  });
});
