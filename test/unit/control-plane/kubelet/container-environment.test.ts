import { describe, expect, it } from 'vitest';
import { containerEnvironment } from '../../../../src/control-plane/kubelet/container-environment.js';
import { expandVariables } from '../../../../src/control-plane/kubelet/expansion.js';
import type { Container, EnvVar, Pod } from '../../../../src/core/objects.js';

const container: Container = {
  name: 'app',
  image: 'app:1',
  resources: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '1500m' } },
};
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    uid: 'u-1',
    labels: { app: 'web', tier: 'front "end"' },
    annotations: { note: 'hi' },
  },
  spec: {
    containers: [
      container,
      { name: 'other', image: 'x', resources: { limits: { memory: '1Gi' } } },
    ],
    nodeName: 'lab',
    serviceAccountName: 'runner',
  },
};

function resolve(env: readonly EnvVar[]) {
  const result = containerEnvironment({
    pod,
    container: { ...container, env },
    addresses: { podIP: '127.70.1.2', hostIP: '127.0.0.1' },
    nodeLimits: { cpu: '6600m', memory: '8Gi' },
    referenced: {
      configMap: (namespace, name) =>
        namespace === 'shop' && name === 'settings' ? { data: { color: 'red' } } : undefined,
    },
  });
  return result.kind === 'resolved' ? Object.fromEntries(result.values) : result.message;
}
const field = (fieldPath: string): EnvVar => ({
  name: 'X',
  valueFrom: { fieldRef: { fieldPath } },
});
const resource = (ref: { resource: string; divisor?: string; containerName?: string }): EnvVar => ({
  name: 'X',
  valueFrom: { resourceFieldRef: ref },
});
const key = (name: string, keyName: string, optional = false): EnvVar => ({
  name: 'X',
  valueFrom: { configMapKeyRef: { name, key: keyName, optional } },
});

describe('environment', () => {
  it.each([
    { name: 'the name', variable: field('metadata.name'), value: 'web-1' },
    { name: 'the namespace', variable: field('metadata.namespace'), value: 'shop' },
    { name: 'the uid', variable: field('metadata.uid'), value: 'u-1' },
    { name: 'one label', variable: field("metadata.labels['app']"), value: 'web' },
    { name: 'an absent annotation', variable: field("metadata.annotations['x']"), value: '' },
    {
      name: 'all labels',
      variable: field('metadata.labels'),
      value: 'app="web"\ntier="front \\"end\\""',
    },
    { name: 'the node', variable: field('spec.nodeName'), value: 'lab' },
    { name: 'the account', variable: field('spec.serviceAccountName'), value: 'runner' },
    { name: 'the pod address', variable: field('status.podIP'), value: '127.70.1.2' },
    { name: 'the host address', variable: field('status.hostIP'), value: '127.0.0.1' },
    {
      name: 'a CPU limit in whole CPUs, rounded up',
      variable: resource({ resource: 'limits.cpu' }),
      value: '2',
    },
    {
      name: 'a CPU request in millicores',
      variable: resource({ resource: 'requests.cpu', divisor: '1m' }),
      value: '200',
    },
    {
      name: 'a memory request in MiB',
      variable: resource({ resource: 'requests.memory', divisor: '1Mi' }),
      value: '256',
    },
    {
      name: 'a limit that is not set: the node',
      variable: resource({ resource: 'limits.memory', divisor: '0' }),
      value: String(8 * 2 ** 30),
    },
    {
      name: "another container's limit",
      variable: resource({ resource: 'limits.memory', containerName: 'other' }),
      value: String(2 ** 30),
    },
    { name: 'a key of a ConfigMap', variable: key('settings', 'color'), value: 'red' },
  ])('takes $name', ({ variable, value }) => {
    expect(resolve([variable])).toEqual({ X: value });
  });

  it.each([
    {
      name: 'a field that is not offered',
      variable: field('spec.x'),
      message: 'unsupported fieldPath: spec.x',
    },
    {
      name: 'a missing ConfigMap',
      variable: key('none', 'a'),
      message: 'configmap "none" not found',
    },
    {
      name: 'a missing key',
      variable: key('settings', 'size'),
      message: "couldn't find key size in ConfigMap shop/settings",
    },
  ])('refuses $name', ({ variable, message }) => {
    expect(resolve([variable])).toBe(message);
  });

  it('leaves out an optional reference that is missing', () => {
    expect(resolve([key('none', 'a', true), { name: 'Y', value: '1' }])).toEqual({ Y: '1' });
  });

  it('expands references to what was declared before', () => {
    const env = [
      { name: 'A', value: '$(B)-$(LATER)' },
      { name: 'B', value: 'b' },
      { name: 'C', value: '$(B)$(B) $$(B) $(NOPE)' },
    ];

    expect(resolve(env)).toEqual({ A: '$(B)-$(LATER)', B: 'b', C: 'bb $(B) $(NOPE)' });
  });
});

describe('expansion', () => {
  const values = new Map([['X', '1']]);
  it.each([
    ['$(X)', '1'],
    ['$$', '$'],
    ['$$$(X)', '$1'],
    ['$X $ $(', '$X $ $('],
    ['$(X', '$(X'],
    ['a$(X)b$(Y)', 'a1b$(Y)'],
  ])('of %s is %s', (text, expected) => {
    expect(expandVariables(text, values)).toBe(expected);
  });
});
