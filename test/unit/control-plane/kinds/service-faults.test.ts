import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const PORTS = [{ port: 80 }];

/** What a server says of an object: each cause as `field: message`. */
function faultsOf(path: string, object: object): readonly string[] {
  const { body } = new InProcessApi().send('POST', path, { body: object });
  const causes: readonly { readonly field: string; readonly message: string }[] =
    body.details?.causes ?? [];
  return causes.map(({ field, message }) => `${field}: ${message}`);
}

const CASES: readonly {
  readonly name: string;
  readonly spec: object;
  readonly fault: string;
}[] = [
  {
    name: 'only a ClusterIP Service is headless',
    spec: { type: 'NodePort', clusterIP: 'None', ports: PORTS },
    fault: `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`,
  },
  {
    name: 'an address is one',
    spec: { clusterIP: 'foo', ports: PORTS },
    fault:
      'spec.clusterIPs[0]: Invalid value: "foo": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  },
  {
    name: 'traffic from outside has a policy only where it comes from outside',
    spec: { externalTrafficPolicy: 'Local', ports: PORTS },
    fault:
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  },
  {
    name: 'affinity ends within a day',
    spec: {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } },
      ports: PORTS,
    },
    fault:
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
  },
  {
    name: 'there is one family of addresses',
    spec: { ipFamilyPolicy: 'RequireDualStack', ports: PORTS },
    fault:
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  },
  {
    name: 'a name elsewhere is a name',
    spec: { type: 'ExternalName', externalName: 'a.b.' },
    fault: '',
  },
];

describe('what is wrong with a Service', () => {
  it.each(CASES)('$name', ({ spec, fault }) => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec };

    const faults = faultsOf('/api/v1/namespaces/default/services', service);

    expect(faults).toEqual(fault === '' ? [] : [fault]);
  });

  it('loses the policy for traffic from outside with its node ports, unless it asks for it anew', () => {
    const api = new InProcessApi();
    const path = '/api/v1/namespaces/default/services';
    const spec = { type: 'NodePort', externalTrafficPolicy: 'Local', ports: PORTS };
    api.send('POST', path, { body: { metadata: { name: 's' }, spec } });

    const { body } = api.send('PATCH', `${path}/s`, {
      body: { spec: { type: 'ClusterIP' } },
      contentType: 'application/merge-patch+json',
    });

    expect(body.spec.type).toBe('ClusterIP');
    expect(body.spec.externalTrafficPolicy).toBeUndefined();
  });
});

it('says what is wrong with the taints of a node', () => {
  const taints = [
    { key: 'a', effect: 'X' },
    { key: 'c', effect: 'NoSchedule' },
    { key: 'c', effect: 'NoSchedule', value: 'z' },
  ];

  const faults = faultsOf('/api/v1/nodes', { metadata: { name: 'n' }, spec: { taints } });

  expect(faults).toEqual([
    'spec.taints[0].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    'spec.taints[2]: Duplicate value: {"Key":"c","Value":"z","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
  ]);
});
