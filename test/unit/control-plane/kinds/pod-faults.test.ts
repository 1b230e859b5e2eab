import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const VARIABLE =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const INIT = 'may not be set for init containers without restartPolicy=Always';

/** What a server says of a pod of that spec: each cause as `field: message`, sorted. */
function faultsOf(spec: object): readonly string[] {
  const { send } = inProcess();
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  };
  const { body } = send(pod);
  const causes: readonly { readonly field: string; readonly message: string }[] =
    body.details?.causes ?? [];
  return causes.map(({ field, message }) => `${field}: ${message}`).toSorted();
}

function inProcess() {
  const api = new InProcessApi();
  const path = '/api/v1/namespaces/default/pods';
  return { send: (body: object) => api.send('POST', path, { body, query: 'dryRun=All' }) };
}

function ofContainer(container: object): object {
  return { containers: [{ name: 'c', image: 'i', ...container }] };
}

const C = 'spec.containers[0]';

const CASES: readonly {
  readonly name: string;
  readonly spec: object;
  readonly faults: readonly string[];
}[] = [
  {
    name: 'a name of an init container that a container has is told of the init container',
    spec: { initContainers: [{ name: 'c', image: 'i' }] },
    faults: ['spec.initContainers[0].name: Duplicate value: "c"'],
  },
  {
    name: 'variables need printable names, and sources that exist',
    spec: ofContainer({
      env: [
        { name: 'a=b' },
        { name: 'X', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } },
        { name: 'Y', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } },
        { name: 'Z', valueFrom: { secretKeyRef: { name: 's', key: '' } } },
        { name: 'V', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
      ],
    }),
    faults: [
      `${C}.env[0].name: Invalid value: "a=b": ${VARIABLE}`,
      `${C}.env[1].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: field label not supported: spec.nope`,
      `${C}.env[2].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
      `${C}.env[3].valueFrom.secretKeyRef.key: Required value`,
      `${C}.env[4].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
    ],
  },
  {
    name: 'variables of whole objects come from one each',
    spec: ofContainer({
      envFrom: [{ configMapRef: {} }, {}, { secretRef: { name: 'A_' } }],
    }),
    faults: [
      `${C}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``,
      `${C}.envFrom[0].configMapRef.name: Required value`,
      `${C}.envFrom[2].secretRef.name: Invalid value: "A_": ${SUBDOMAIN}`,
    ],
  },
  {
    name: 'hooks are looked at as probes are',
    spec: ofContainer({
      lifecycle: { postStart: { exec: {} }, preStop: { sleep: { seconds: 31 } } },
    }),
    faults: [
      `${C}.lifecycle.postStart.exec.command: Required value`,
      `${C}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
    ],
  },
  {
    name: 'init containers that end have neither hooks nor probes',
    spec: {
      initContainers: [
        {
          name: 'a',
          image: 'i',
          lifecycle: { preStop: {} },
          startupProbe: { tcpSocket: { port: 1 } },
        },
      ],
    },
    faults: [
      `spec.initContainers[0].lifecycle: Forbidden: ${INIT}`,
      `spec.initContainers[0].startupProbe: Forbidden: ${INIT}`,
    ],
  },
  {
    name: 'a path within a volume leads down, and is told of the list of mounts',
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      ...ofContainer({ volumeMounts: [{ name: 'v', mountPath: '/a', subPath: '../b' }] }),
    },
    faults: [`${C}.volumeMounts.subPath: Invalid value: "../b": must not contain '..'`],
  },
  {
    name: 'files of volumes have modes, keys and paths of their own',
    spec: {
      volumes: [
        {
          name: 'a',
          configMap: { name: 'x', defaultMode: 512, items: [{ key: 'k', path: '..x' }] },
        },
        { name: 'b', hostPath: { path: '/a/../b', type: 'Nope' } },
        { name: 'c', downwardAPI: { items: [{ path: '/x' }] } },
      ],
    },
    faults: [
      'spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
      `spec.volumes[0].configMap.items[0].path: Invalid value: "..x": must not start with '..'`,
      `spec.volumes[1].hostPath.path: Invalid value: "/a/../b": must not contain '..'`,
      'spec.volumes[1].hostPath.type: Unsupported value: "Nope": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      'spec.volumes[2].downwardAPI.path: Invalid value: "/x": must be a relative path',
      'spec.volumes[2].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
    ],
  },
  {
    name: 'a port of the node is taken once',
    spec: {
      containers: [
        { name: 'a', image: 'i', ports: [{ containerPort: 1, hostPort: 80 }] },
        { name: 'b', image: 'i', ports: [{ containerPort: 2, hostPort: 80 }] },
      ],
    },
    faults: ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  },
  {
    name: 'without the DNS of the cluster there must be another one',
    spec: { dnsPolicy: 'None', dnsConfig: { searches: ['a.b'] } },
    faults: [
      'spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None',
    ],
  },
  {
    name: 'gates have names, each once',
    spec: { schedulingGates: [{ name: 'x' }, { name: 'x' }] },
    faults: ['spec.schedulingGates[1]: Duplicate value: "x"'],
  },
  {
    name: 'aliases are addresses and names',
    spec: { hostAliases: [{ ip: 'x', hostnames: ['A_'] }] },
    faults: [
      `spec.hostAliases[0].hostnames[0]: Invalid value: "A_": ${SUBDOMAIN}`,
      'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
  },
  {
    name: 'profiles and groups of a security context are known ones',
    spec: {
      securityContext: { seccompProfile: { type: 'Localhost' }, supplementalGroups: [-1] },
    },
    faults: [
      'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
      'spec.securityContext.supplementalGroups: Invalid value: -1: must be between 0 and 2147483647, inclusive',
    ],
  },
];

describe('what is wrong with a pod', () => {
  it.each(CASES)('$name', ({ spec, faults }) => {
    expect(faultsOf(spec)).toEqual(faults);
  });
});
