import { describe, expect, it } from 'vitest';
import { clusterGuide } from '../../../src/commands/cluster-guide.js';
import type { KubeObject } from '../../../src/core/objects.js';

function anObject(kind: string, name: string, rest: object = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'shop' }, ...rest };
}

/** The lines that a user may type, without the first. */
function steps(objects: readonly KubeObject[]): readonly string[] {
  const guide = clusterGuide({
    kubeconfigPath: '/tmp/config',
    nodeNames: ['node-1', 'node-2'],
    cpuScaleBecause: 'one is one',
    tookMs: 12.4,
    objects,
  });
  return guide
    .split('\n')
    .filter((line) => line.startsWith('  ') && !line.includes('export'))
    .map((line) => line.trim());
}

describe('the guide of a cluster', () => {
  it('suggests the manifests of the lab when nothing was applied', () => {
    expect(steps([])[0]).toMatch(/^kubectl apply -k .*manifests$/);
  });

  it('speaks of what was applied, and not of applying anything else', () => {
    const web = [
      anObject('Service', 'headless', { spec: { clusterIP: 'None', ports: [{ port: 80 }] } }),
      anObject('Service', 'web', { spec: { ports: [{ port: 8080 }] } }),
      anObject('Deployment', 'web'),
      anObject('HorizontalPodAutoscaler', 'web'),
    ];

    expect(steps(web)).toEqual([
      'kubectl get pods,hpa -n shop -w',
      `curl "http://$(kubectl get svc web -n shop -o jsonpath='{.spec.clusterIP}'):8080/"`,
      'kubectl scale deployment web --replicas 5 -n shop',
      "kubectl set image deployment/web '*=no-such-image' -n shop   (and: kubectl rollout undo)",
      'kubectl annotate node node-2 hpa-lab.dev/fault=off   (a node is lost; hpa-lab.dev/fault- brings it back)',
    ]);
  });

  it('looks into all namespaces when there are several', () => {
    const pod = anObject('Pod', 'p');
    const other: KubeObject = { ...pod, metadata: { name: 'p', namespace: 'default' } };

    expect(steps([pod, other])[0]).toBe('kubectl get pods -A -w');
    expect(steps([other])[0]).toBe('kubectl get pods -w');
  });
});
