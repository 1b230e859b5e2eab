import { beforeEach, describe, expect, it } from 'vitest';
import { PODS, POD_DISRUPTION_BUDGETS } from '../../../src/control-plane/resources.js';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../../src/core/disruption-objects.js';
import type { Pod } from '../../../src/core/objects.js';
import { InProcessApi } from '../../support/in-process-api.js';

const PATH = '/api/v1/namespaces/default/pods/a/eviction';
const KEY = { namespace: 'default', name: 'a' };
const EVICTION = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a' } };
const HEALTHY: PodDisruptionBudgetStatus = {
  observedGeneration: 1,
  disruptionsAllowed: 1,
  currentHealthy: 3,
  desiredHealthy: 2,
  expectedPods: 3,
};

let server: InProcessApi;

beforeEach(() => {
  server = new InProcessApi();
});

/** A pod on a node that runs. */
function runPod(isReady = true): void {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...KEY, labels: { app: 'web' } },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'app:1' }] },
  };
  const stored = server.api.create(PODS, pod);
  const ready = { type: 'Ready', status: isReady ? 'True' : 'False' } as const;
  const status = { phase: 'Running', conditions: [ready] } as const;
  server.api.update(PODS, { ...stored, status }, { subresource: 'status' });
}

function budget(
  status: Partial<PodDisruptionBudgetStatus> = {},
  spec: Partial<PodDisruptionBudget['spec']> = {},
  name = 'p',
): void {
  const stored = server.api.create(POD_DISRUPTION_BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, minAvailable: 2, ...spec },
  });
  server.api.update(
    POD_DISRUPTION_BUDGETS,
    { ...stored, status: { ...HEALTHY, ...status } },
    { subresource: 'status' },
  );
}

function allowed(): unknown {
  const found = server.api.get(POD_DISRUPTION_BUDGETS, { namespace: 'default', name: 'p' });
  return found?.status;
}

describe('an eviction that is allowed', () => {
  it('takes one from the budget, notes the pod and begins its deletion', () => {
    runPod();
    budget();

    const answer = server.send('POST', PATH, { body: EVICTION });

    expect(answer).toMatchObject({ status: 201, body: { status: 'Success' } });
    expect(allowed()).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { a: '2026-11-23T06:00:00Z' },
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
    });
    const pod = server.api.get(PODS, KEY);
    expect(pod?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(pod?.status?.conditions?.at(-1)).toMatchObject({ reason: 'EvictionByEvictionAPI' });
  });

  it('changes nothing when it is a dry run, in the query or in the body', () => {
    runPod();
    budget();
    const inBody = { ...EVICTION, deleteOptions: { dryRun: ['All'] } };

    const codes = [
      server.send('POST', PATH, { body: EVICTION, query: 'dryRun=All' }).status,
      server.send('POST', PATH, { body: inBody }).status,
    ];

    expect(codes).toEqual([201, 201]);
    expect(allowed()).toMatchObject({ disruptionsAllowed: 1 });
    expect(server.api.get(PODS, KEY)?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('takes the options of the deletion from the body', () => {
    runPod();

    server.send('POST', PATH, { body: { ...EVICTION, deleteOptions: { gracePeriodSeconds: 5 } } });

    expect(server.api.get(PODS, KEY)?.metadata.deletionGracePeriodSeconds).toBe(5);
  });
});

describe('an eviction that is refused', () => {
  it.each([
    {
      name: 'too few are healthy',
      status: { disruptionsAllowed: 0, currentHealthy: 2 },
      message: 'The disruption budget p needs 2 healthy pods and has 2 currently',
    },
    {
      name: 'the budget could not be worked out',
      status: {
        disruptionsAllowed: 0,
        conditions: [
          {
            type: 'DisruptionAllowed',
            status: 'False' as const,
            reason: 'SyncFailed',
            message: 'no scale',
            lastTransitionTime: '2026-11-23T06:00:00Z',
          },
        ],
      },
      message:
        'The disruption budget p does not allow evicting pods currently because it failed sync: no scale',
    },
    {
      name: 'the budget says so without a reason',
      status: { disruptionsAllowed: 0 },
      message: 'The disruption budget p does not allow evicting pods currently',
    },
  ])('answers 429 with the cause: $name', ({ status, message }) => {
    runPod();
    budget(status);

    const { status: code, body } = server.send('POST', PATH, { body: EVICTION });

    expect(code).toBe(429);
    expect(body).toMatchObject({
      reason: 'TooManyRequests',
      details: { causes: [{ reason: 'DisruptionBudget', message }] },
    });
  });

  it('is to be tried again in 10 s while the controller has not seen the budget', () => {
    runPod();
    budget({ observedGeneration: 0 });

    const { status, body } = server.send('POST', PATH, { body: EVICTION });

    expect([status, body.details.retryAfterSeconds]).toEqual([429, 10]);
    expect(body.details.causes[0].message).toContain('still being processed');
  });

  it('is a fault of the configuration when several budgets select the pod', () => {
    runPod();
    budget();
    budget({}, {}, 'q');

    const { status, body } = server.send('POST', PATH, { body: EVICTION });

    expect([status, body.message]).toEqual([
      500,
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    ]);
  });

  it.each([
    { name: 'no name', body: { ...EVICTION, metadata: {} }, code: 400 },
    { name: 'another name', body: { ...EVICTION, metadata: { name: 'b' } }, code: 400 },
    {
      name: 'the UID of another pod',
      body: { ...EVICTION, deleteOptions: { preconditions: { uid: 'x' } } },
      code: 409,
    },
  ])('names the fault of a body with $name', ({ body, code }) => {
    runPod();

    expect(server.send('POST', PATH, { body }).status).toBe(code);
    expect(server.api.get(PODS, KEY)?.metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('a pod that is not ready', () => {
  it.each([
    { name: 'goes while enough others are healthy', status: {}, policy: undefined, code: 201 },
    {
      name: 'stays while too few others are healthy',
      status: { disruptionsAllowed: 0, currentHealthy: 1 },
      policy: undefined,
      code: 429,
    },
    {
      name: 'goes whatever the others are, with AlwaysAllow',
      status: { disruptionsAllowed: 0, currentHealthy: 1 },
      policy: 'AlwaysAllow',
      code: 201,
    },
  ])('$name', ({ status, policy, code }) => {
    runPod(false);
    budget(status, policy === undefined ? {} : { unhealthyPodEvictionPolicy: policy });

    expect(server.send('POST', PATH, { body: EVICTION }).status).toBe(code);
    // it did not count, so it takes nothing
    expect(allowed()).not.toHaveProperty('disruptedPods');
  });
});
