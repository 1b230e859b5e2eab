/** The manifests hold the textbook values, meet the restricted standard and fit together. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { HorizontalPodAutoscaler } from '../../src/core/autoscaling-objects.js';
import type { Deployment, KubeObject, Service } from '../../src/core/objects.js';
import { readConfig } from '../../sample-service/src/config.js';
import { restrictedViolations } from '../support/pod-security.js';

const FOLDER = fileURLToPath(new URL('../../manifests/', import.meta.url));
const FILES = ['namespace', 'serviceaccount', 'deployment', 'service', 'hpa'];

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const MS_PER_SECOND = 1_000;

/** One manifest, as a user's YAML parser reads it. */
function yamlOf(name: string): ReturnType<typeof parse> {
  return parse(readFileSync(`${FOLDER}${name}.yaml`, 'utf8'));
}

function objectOf(name: string): KubeObject {
  return yamlOf(name);
}

const deployment: Deployment = yamlOf('deployment');
const service: Service = yamlOf('service');
const hpa: HorizontalPodAutoscaler = yamlOf('hpa');
const podSpec = deployment.spec.template.spec;
const [container] = podSpec.containers;

describe('the set', () => {
  it('is these files, and the kustomization names them all, the namespace first', () => {
    // folders beside them are not applied
    const found = readdirSync(FOLDER)
      .filter((name) => name.includes('.'))
      .toSorted();
    const kustomization: { resources: string[] } = yamlOf('kustomization');

    expect(found).toEqual([...FILES, 'kustomization'].map((name) => `${name}.yaml`).toSorted());
    expect(kustomization.resources).toEqual(FILES.map((name) => `${name}.yaml`));
  });

  it.each(FILES)('%s carries the recommended labels, an owner and an expiry', (name) => {
    const labels = objectOf(name).metadata.labels ?? {};

    expect(labels).toMatchObject({
      'app.kubernetes.io/name': 'sample-service',
      'app.kubernetes.io/instance': 'sample-service',
      'app.kubernetes.io/part-of': 'hpa-lab',
      'app.kubernetes.io/managed-by': 'kubectl',
      'hpa-lab.dev/owner': 'hpa-lab',
    });
    expect(labels['hpa-lab.dev/expires']).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    for (const value of Object.values(labels)) expect(value).toMatch(LABEL_VALUE);
  });

  it.each(FILES.slice(1))('%s lives in the namespace and says its version', (name) => {
    const { metadata } = objectOf(name);

    expect(metadata).toMatchObject({ name: 'sample-service', namespace: 'hpa-lab' });
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/version': versionOfService(),
      'app.kubernetes.io/component': 'api',
    });
  });

  it('asks the API server to hold every pod to the restricted standard', () => {
    expect(objectOf('namespace').metadata).toMatchObject({
      name: 'hpa-lab',
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
  });
});

describe('the textbook values', () => {
  it('three replicas of the service, its image named by version', () => {
    expect(deployment.spec.replicas).toBe(3);
    expect(podSpec.containers).toHaveLength(1);
    expect(container?.image).toBe(`hpa-lab/sample-service:${versionOfService()}`);
  });

  it('requests 200m and 256Mi, limits 500m and 512Mi', () => {
    expect(container?.resources).toEqual({
      requests: { cpu: '200m', memory: '256Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
  });

  it('probes with the delays and periods of the textbook and upstream defaults otherwise', () => {
    expect(container?.livenessProbe).toEqual({
      httpGet: { path: '/healthz', port: 'http' },
      initialDelaySeconds: 10,
      periodSeconds: 10,
    });
    expect(container?.readinessProbe).toEqual({
      httpGet: { path: '/ready', port: 'http' },
      initialDelaySeconds: 5,
      periodSeconds: 5,
    });
    expect(container?.startupProbe).toBeUndefined();
  });

  it('container port 8000 behind Service port 80', () => {
    expect(container?.ports).toEqual([{ name: 'http', containerPort: 8000 }]);
    expect(service.spec).toMatchObject({
      type: 'ClusterIP',
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    });
  });

  it('an HPA for 60 % of CPU between 3 and 10 pods, without a behavior block', () => {
    expect(hpa.apiVersion).toBe('autoscaling/v2');
    expect(hpa.spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'sample-service' },
      minReplicas: 3,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
    });
  });
});

describe('what belongs together', () => {
  it('Deployment and Service select by labels that the pods have and that never change', () => {
    const selector = { ...deployment.spec.selector.matchLabels };

    expect(service.spec.selector).toEqual(selector);
    expect(deployment.spec.template.metadata?.labels).toMatchObject(selector);
    expect(Object.keys(selector)).not.toContain('app.kubernetes.io/version');
  });

  it('no account of the pods has a token', () => {
    expect(podSpec).toMatchObject({
      serviceAccountName: 'sample-service',
      automountServiceAccountToken: false,
    });
    expect(objectOf('serviceaccount')).toMatchObject({ automountServiceAccountToken: false });
  });

  it('the service accepts its environment, listens on the port and ends within the grace period', () => {
    const literal = new Map((container?.env ?? []).map(({ name, value }) => [name, value]));

    const read = readConfig(Object.fromEntries(literal));

    if (read.kind === 'faults') throw new Error(read.faults.join('\n'));
    const graceMs = (podSpec.terminationGracePeriodSeconds ?? 30) * MS_PER_SECOND;
    expect(read.config.port).toBe(container?.ports?.[0]?.containerPort);
    expect(read.config.shutdownGraceMs).toBeLessThan(graceMs);
    expect(container?.env).toContainEqual({
      name: 'POD_NAME',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
  });

  it('the pod can do without a writable root file system', () => {
    expect(container?.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  });
});

describe('the restricted Pod Security Standard', () => {
  it('is met by the pods', () => {
    expect(restrictedViolations(podSpec)).toEqual([]);
  });

  // Each row plants one fault: a rule that no row can break would be no rule.
  const planted: readonly (readonly [rule: string, where: string, value: unknown])[] = [
    ['no Windows host process', 'securityContext.windowsOptions', { hostProcess: true }],
    ['no host namespaces', 'hostNetwork', true],
    ['no host namespaces', 'hostPID', true],
    ['no host namespaces', 'hostIPC', true],
    ['not privileged', 'container.securityContext.privileged', true],
    [
      'only capabilities of the baseline, and of these only NET_BIND_SERVICE',
      'container.securityContext.capabilities',
      { drop: ['ALL'], add: ['SYS_ADMIN'] },
    ],
    [
      'only capabilities of the baseline, and of these only NET_BIND_SERVICE',
      'container.securityContext.capabilities',
      { drop: ['ALL'], add: ['CHOWN'] },
    ],
    ['all capabilities dropped', 'container.securityContext.capabilities', { drop: ['KILL'] }],
    ['all capabilities dropped', 'container.securityContext.capabilities', undefined],
    ['no host ports', 'container.ports', [{ containerPort: 8000, hostPort: 80 }]],
    ['no host in probes and hooks', 'container.livenessProbe', { tcpSocket: { host: '1.1.1.1' } }],
    [
      'no host in probes and hooks',
      'container.lifecycle',
      { preStop: { httpGet: { host: '1.1.1.1' } } },
    ],
    ['AppArmor not overridden', 'securityContext.appArmorProfile', { type: 'Unconfined' }],
    ['SELinux type of containers', 'securityContext.seLinuxOptions', { type: 'spc_t' }],
    ['no SELinux user or role', 'securityContext.seLinuxOptions', { user: 'system_u' }],
    ['no SELinux user or role', 'securityContext.seLinuxOptions', { role: 'system_r' }],
    ['default /proc mount', 'container.securityContext.procMount', 'Unmasked'],
    ['safe sysctls only', 'securityContext.sysctls', [{ name: 'kernel.msgmax', value: '1' }]],
    ['volumes of the permitted types', 'volumes', [{ name: 'disk', hostPath: { path: '/' } }]],
    ['no privilege escalation', 'container.securityContext.allowPrivilegeEscalation', true],
    ['no privilege escalation', 'container.securityContext.allowPrivilegeEscalation', undefined],
    ['not user 0', 'securityContext.runAsUser', 0],
    ['not user 0', 'container.securityContext.runAsUser', 0],
    ['runs as non-root', 'securityContext.runAsNonRoot', undefined],
    ['runs as non-root', 'container.securityContext.runAsNonRoot', false],
    ['seccomp profile set', 'securityContext.seccompProfile', undefined],
    ['seccomp profile set', 'container.securityContext.seccompProfile', { type: 'Unconfined' }],
    [
      'not privileged',
      'initContainers',
      [{ name: 'first', securityContext: { privileged: true } }],
    ],
  ];

  it.each(planted)('"%s" finds %s', (rule, where, value) => {
    const spec = withValue(podSpec, where.replace('container.', 'containers.0.'), value);

    const rules = restrictedViolations(spec).map((violation) => violation.split(':')[0]);

    expect(rules).toContain(rule);
  });
});

/** The value with another one at a place; undefined takes away what is there. */
function withValue(object: unknown, path: string, value: unknown): unknown {
  const [first = '', ...rest] = path.split('.');
  const put = (at: unknown): unknown =>
    rest.length === 0 ? value : withValue(at, rest.join('.'), value);
  if (Array.isArray(object))
    return object.map((each, index) => (String(index) === first ? put(each) : each));
  const fields = new Map(Object.entries(object ?? {}));
  return Object.fromEntries(fields.set(first, put(fields.get(first))));
}

function versionOfService(): string {
  const url = new URL('../../sample-service/package.json', import.meta.url);
  const { version }: { version: string } = JSON.parse(readFileSync(url, 'utf8'));
  return version;
}
