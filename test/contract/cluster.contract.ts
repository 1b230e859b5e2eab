/** What the harness relies on of any cluster: embedded, simulated or real. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterTarget, ObservedChange, WatchEnd } from '../../src/cluster/target.js';
import { LabError } from '../../src/core/errors.js';
import type { KubeObject, Pod } from '../../src/core/objects.js';

/** A cluster to hold against the contract. */
export interface ClusterUnderTest {
  readonly target: ClusterTarget;
  /** A namespace that does not exist; the contract makes and deletes it. */
  readonly namespace: string;
  /** An image of Node. */
  readonly image: string;
  /** Lets time pass until the promise is settled. */
  run<T>(promise: Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  stop(): Promise<void>;
}

const APP = 'web';
/** A real node pulls the image first. */
const PATIENCE_MS = 90_000;
const POLL_MS = 200;
const SERVE =
  "require('http').createServer((q,a)=>a.end('ok')).listen(+process.env.PORT||8080,process.env.HOST)";

/** Declares the contract's tests for one cluster; they build on each other, in order. */
export function clusterContract(name: string, start: () => Promise<ClusterUnderTest>): void {
  describe(`cluster: ${name}`, { timeout: 2 * PATIENCE_MS }, () => {
    let world: ClusterUnderTest;

    beforeAll(async () => {
      world = await start();
    }, PATIENCE_MS);

    afterAll(() => world.stop());

    const objects = (replicas: number): readonly KubeObject[] =>
      objectsOf(world.namespace, world.image, replicas);

    const until = (what: string, ask: () => Promise<boolean>): Promise<void> =>
      world.run(
        (async () => {
          for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
            if (await ask()) return;
            await world.sleep(POLL_MS);
          }
          throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
        })(),
      );

    const readyPods = async (): Promise<number> =>
      (await world.target.pods(world.namespace)).filter(isReady).length;

    it('makes the namespace first, in whatever order objects are given', async () => {
      await world.run(world.target.apply(objects(2)));
      await until('two pods are ready', async () => (await readyPods()) === 2);
    });

    it('reads a Deployment as the API has it, and absent as absent', async () => {
      const { target, namespace } = world;
      const found = await world.run(target.deployment(namespace, APP));
      expect(found?.spec.replicas).toBe(2);
      expect(found?.metadata.resourceVersion).toMatch(/^\d+$/);
      expect(await world.run(target.deployment(namespace, 'none'))).toBeUndefined();
    });

    it('tells of pods with their type, uid and times as texts', async () => {
      const [pod] = await world.run(world.target.pods(world.namespace));
      expect(pod?.kind).toBe('Pod');
      expect(pod?.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(pod?.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(await world.run(world.target.pods(`${world.namespace}-none`))).toEqual([]);
    });

    it('gives a log as a text', async () => {
      const [pod] = await world.run(world.target.pods(world.namespace));
      const { namespace } = world;
      const log = await world.run(
        world.target.podLog({ namespace, name: pod?.metadata.name ?? '' }, 10),
      );
      expect(log).toBeTypeOf('string');
    });

    it('watches: first what exists, then each change, until it is told to stop', async () => {
      const seen: ObservedChange[] = [];
      let opened = 0;
      const stop = new AbortController();
      const watching = world.target.watch(
        { kind: 'pods', namespace: world.namespace },
        { onChange: (change) => seen.push(change), onOpen: () => (opened += 1) },
        stop.signal,
      );
      await until('both pods are told', () => Promise.resolve(seen.length >= 2));
      expect(opened).toBe(1);
      expect(seen.slice(0, 2).map(({ type }) => type)).toEqual(['ADDED', 'ADDED']);

      await world.run(world.target.apply(objects(3)));
      await until('a third pod is ready', async () => (await readyPods()) === 3);
      await until('it is told', () =>
        Promise.resolve(seen.filter(({ type }) => type === 'ADDED').length === 3),
      );
      expect(seen.some(({ type }) => type === 'MODIFIED')).toBe(true);
      stop.abort();
      const end: WatchEnd = await world.run(watching);
      expect(end.because).not.toBe('');
    });

    it('goes on from a version without what was told before', async (context) => {
      const stop = new AbortController();
      const first: ObservedChange[] = [];
      const watching = world.target.watch(
        { kind: 'deployments', namespace: world.namespace },
        { onChange: (change) => first.push(change) },
        stop.signal,
      );
      await until('the Deployment is told', () => Promise.resolve(first.length > 0));
      stop.abort();
      const { resumeVersion } = await world.run(watching);
      context.skip(resumeVersion === undefined, 'its watches never end by themselves');

      const again = new AbortController();
      const later: ObservedChange[] = [];
      const resumed = world.target.watch(
        { kind: 'deployments', namespace: world.namespace, since: resumeVersion ?? '' },
        { onChange: (change) => later.push(change) },
        again.signal,
      );
      await world.run(world.target.apply(objects(1)));
      await until('the change is told', () => Promise.resolve(later.length > 0));
      expect(later.every(({ type }) => type === 'MODIFIED')).toBe(true);
      again.abort();
      await world.run(resumed);
    });

    it('says where a Service is reached', async () => {
      const url = await world.run(world.target.serviceUrl(world.namespace, APP));
      expect(url).toMatch(/^[a-z]+:\/\//);
    });

    it('refuses what the API refuses, with the name of the object and what is wrong', async () => {
      const [, , deployment] = objects(1);
      const wrong = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'wrong', namespace: world.namespace },
        spec: { ...specOf(deployment), replicas: -1 },
      };
      const refusal: unknown = await world
        .run(world.target.apply([wrong]))
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(LabError);
      expect(String(refusal)).toMatch(/Deployment.*wrong.*spec\.replicas/s);
    });

    it('deletes a namespace and everything in it', async () => {
      await world.run(world.target.deleteNamespace(world.namespace));
      expect(await world.run(world.target.pods(world.namespace))).toEqual([]);
      expect(await world.run(world.target.deployment(world.namespace, APP))).toBeUndefined();
      // what is gone already is no failure
      await world.run(world.target.deleteNamespace(world.namespace));
    });
  });
}

function isReady({ metadata, status }: Pod): boolean {
  const isGoing = metadata.deletionTimestamp !== undefined;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return !isGoing && ready?.status === 'True';
}

function specOf(object: KubeObject | undefined): object {
  return object !== undefined && 'spec' in object ? Object(object.spec) : {};
}

/** The namespace last: whoever applies puts it first. */
function objectsOf(namespace: string, image: string, replicas: number): readonly KubeObject[] {
  const labels = { app: APP };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: APP, namespace },
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8_080 }] },
  };
  const hpa = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'other', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' },
      maxReplicas: 3,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
    },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: APP, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'app',
              image,
              command: ['node', '-e', SERVE],
              ports: [{ name: 'http', containerPort: 8_080 }],
              resources: { requests: { cpu: '50m', memory: '32Mi' } },
              readinessProbe: {
                httpGet: { path: '/', port: 'http' },
                periodSeconds: 1,
                timeoutSeconds: 2,
              },
            },
          ],
        },
      },
    },
  };
  return [
    service,
    hpa,
    deployment,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  ];
}
