/** Warnings of what is stored and not enforced. */
import { describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../src/control-plane/api-machinery/api-machinery.js';
import { kindsWithLimits, notEnforced } from '../../../src/control-plane/not-enforced.js';
import { NAMESPACES, PODS, SERVICES } from '../../../src/control-plane/resources.js';
import { seededRandom } from '../../../src/core/random.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';

const kinds = kindsWithLimits();
const clock = new VirtualClock(0);
const api = new ApiMachinery({ clock, random: seededRandom(1), kinds });
api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });

function podWarnings(spec: object): readonly string[] {
  const warnings: string[] = [];
  const containers = [{ name: 'app', image: 'app:1' }];
  const metadata = { name: 'a', namespace: 'default' };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec } };
  api.createFrom(PODS, pod, { dryRun: true, onWarning: (text) => warnings.push(text) });
  return warnings;
}

function serviceWarnings(spec: object): readonly string[] {
  const metadata = { name: 's', namespace: 'default' };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec };
  return notEnforced(kinds.of(SERVICES), service);
}

describe('the embedded cluster', () => {
  it('has nothing to say about a plain pod', () => {
    expect(podWarnings({})).toEqual([]);
  });

  const pods = [
    { field: 'spec.hostNetwork', spec: { hostNetwork: true } },
    { field: 'spec.dnsPolicy', spec: { dnsPolicy: 'Default' } },
    { field: 'spec.securityContext', spec: { securityContext: { runAsUser: 1_000 } } },
    {
      field: 'spec.containers[0].resources.limits.ephemeral-storage',
      spec: {
        containers: [
          { name: 'app', image: 'app:1', resources: { limits: { 'ephemeral-storage': '1Gi' } } },
        ],
      },
    },
    {
      field: 'spec.volumes[0].emptyDir.sizeLimit',
      spec: { volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }] },
    },
  ];
  it.each(pods)('warns that it does not enforce $field', ({ field, spec }) => {
    expect(podWarnings(spec)).toEqual([
      expect.stringMatching(
        new RegExp(`^${field.replaceAll(/[.[\]]/g, String.raw`\$&`)}: stored but not enforced`),
      ),
    ]);
  });

  it('warns of a volume with which no pod starts', () => {
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }];

    expect(podWarnings({ volumes })).toEqual([
      'spec.volumes[0].persistentVolumeClaim: not offered by the embedded cluster: the pod will not start',
    ]);
  });

  const services = [
    { name: 'a plain Service', spec: { type: 'ClusterIP', sessionAffinity: 'None' }, count: 0 },
    { name: 'a load balancer', spec: { type: 'LoadBalancer' }, count: 1 },
    { name: 'an alias', spec: { type: 'ExternalName', externalName: 'example.com' }, count: 1 },
    { name: 'clients that are remembered', spec: { sessionAffinity: 'ClientIP' }, count: 1 },
  ];
  it.each(services)('has $count things to say about $name', ({ spec, count }) => {
    expect(serviceWarnings(spec)).toHaveLength(count);
  });
});
