/** What the embedded cluster keeps and does nothing about: fields that a client is to be warned of. */
import type { KubeObject } from '../core/objects.js';
import type { Kind } from './kinds/kind.js';
import { KindRegistry, SERVED_KINDS } from './kinds/registry.js';
import { isJsonObject, jsonObjects, textOf, valueAt } from './schema/json.js';
import type { JsonObject } from './schema/json.js';

/** One field that has no effect. */
interface Rule {
  readonly path: readonly string[];
  /** Whether the value is one that asks for something. */
  readonly asks: (value: unknown) => boolean;
  readonly because: string;
}

const NO_NAMESPACES = 'pods have no namespaces of their own';
const NO_DNS = 'there is no cluster DNS';
const NO_USERS = 'processes run as the user who runs the lab';
const NO_PULL = 'no image is pulled, a local command stands for it';
const NO_BALANCER = 'no load balancer is made';

const POD_RULES: readonly Rule[] = [
  ...['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace'].map((field) => ({
    path: [field],
    asks: isTrue,
    because: NO_NAMESPACES,
  })),
  { path: ['hostUsers'], asks: (value) => value === false, because: NO_NAMESPACES },
  { path: ['securityContext'], asks: isFilled, because: NO_USERS },
  { path: ['dnsPolicy'], asks: isOtherThan('ClusterFirst'), because: NO_DNS },
  { path: ['dnsConfig'], asks: isFilled, because: NO_DNS },
  { path: ['hostAliases'], asks: isFilled, because: NO_NAMESPACES },
  { path: ['setHostnameAsFQDN'], asks: isTrue, because: NO_NAMESPACES },
  { path: ['runtimeClassName'], asks: isFilled, because: 'there is one runtime' },
  { path: ['imagePullSecrets'], asks: isFilled, because: NO_PULL },
  { path: ['resourceClaims'], asks: isFilled, because: 'devices are not offered' },
];

const CONTAINER_RULES: readonly Rule[] = [
  { path: ['securityContext'], asks: isFilled, because: NO_USERS },
  { path: ['tty'], asks: isTrue, because: 'containers get no terminal' },
  { path: ['volumeDevices'], asks: isFilled, because: 'devices are not offered' },
  { path: ['resizePolicy'], asks: isFilled, because: 'pods are not resized in place' },
  {
    path: ['resources', 'limits', 'ephemeral-storage'],
    asks: isFilled,
    because: 'storage is not measured',
  },
  {
    path: ['terminationMessagePath'],
    asks: isOtherThan('/dev/termination-log'),
    because: 'no message is read',
  },
];

const SERVICE_RULES: readonly Rule[] = [
  { path: ['type'], asks: (value) => value === 'LoadBalancer', because: NO_BALANCER },
  { path: ['externalName'], asks: isFilled, because: NO_DNS },
  { path: ['externalIPs'], asks: isFilled, because: 'only addresses of the loopback are served' },
  {
    path: ['sessionAffinity'],
    asks: isOtherThan('None'),
    because: 'endpoints are taken at random',
  },
  {
    path: ['externalTrafficPolicy'],
    asks: isOtherThan('Cluster'),
    because: 'all nodes are one machine',
  },
  {
    path: ['internalTrafficPolicy'],
    asks: isOtherThan('Cluster'),
    because: 'all nodes are one machine',
  },
  { path: ['trafficDistribution'], asks: isFilled, because: 'endpoints are taken at random' },
];

/** Volumes that pods can have. */
const OFFERED_VOLUMES: ReadonlySet<string> = new Set([
  'name',
  'configMap',
  'downwardAPI',
  'emptyDir',
  'hostPath',
  'projected',
  'secret',
]);

/** Every kind that is offered, with warnings of what is stored and not enforced besides upstream's own. */
export function kindsWithLimits(): KindRegistry {
  return new KindRegistry(SERVED_KINDS.map((kind) => withLimits(kind)));
}

function withLimits(kind: Kind): Kind {
  return {
    ...kind,
    warnings: (object) => [...(kind.warnings?.(object) ?? []), ...notEnforced(kind, object)],
  };
}

/** Where kinds keep a pod spec. */
const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
};

/**
 * A warning for each field of an accepted object that the embedded cluster stores and does not act on.
 * Fields with the value they have by default ask for nothing.
 */
export function notEnforced({ resource }: Kind, object: KubeObject): readonly string[] {
  const path = POD_SPECS[resource.kind];
  if (path !== undefined) return podFields(path.join('.'), valueAt(object, path));
  switch (resource.kind) {
    case 'Service':
      return found(SERVICE_RULES, 'spec', valueAt(object, ['spec']));
    case 'Secret':
      return valueAt(object, ['type']) === 'kubernetes.io/service-account-token'
        ? [warning('type', 'no token is made for it')]
        : [];
    case 'LimitRange':
      return jsonObjects(valueAt(object, ['spec', 'limits'])).flatMap(({ type }, index) =>
        type === 'PersistentVolumeClaim'
          ? [warning(`spec.limits[${index}]`, 'there are no claims')]
          : [],
      );
    case 'Namespace':
      return Object.keys(object.metadata.labels ?? {})
        .filter((label) => label.startsWith('pod-security.kubernetes.io/'))
        .map((label) => warning(`metadata.labels[${label}]`, NO_USERS));
    default:
      return [];
  }
}

function podFields(field: string, spec: unknown): readonly string[] {
  if (!isJsonObject(spec)) return [];
  return [
    ...found(POD_RULES, field, spec),
    ...volumeFields(field, spec),
    ...['initContainers', 'containers'].flatMap((list) =>
      jsonObjects(spec[list]).flatMap((container, index) =>
        found(CONTAINER_RULES, `${field}.${list}[${index}]`, container),
      ),
    ),
  ];
}

function volumeFields(field: string, spec: JsonObject): readonly string[] {
  return jsonObjects(spec['volumes']).flatMap((volume, index) => {
    const path = `${field}.volumes[${index}]`;
    const other = Object.keys(volume).find((name) => !OFFERED_VOLUMES.has(name));
    if (other !== undefined) {
      return [`${path}.${other}: not offered by the embedded cluster: the pod will not start`];
    }
    return found(
      [
        { path: ['medium'], asks: isFilled, because: 'it is a directory of this machine' },
        { path: ['sizeLimit'], asks: isFilled, because: 'storage is not measured' },
      ],
      `${path}.emptyDir`,
      volume['emptyDir'],
    );
  });
}

function found(rules: readonly Rule[], field: string, value: unknown): readonly string[] {
  return rules
    .filter(({ path, asks }) => {
      const given = valueAt(value, path);
      return given !== undefined && asks(given);
    })
    .map(({ path, because }) => warning(`${field}.${path.join('.')}`, because));
}

function warning(field: string, because: string): string {
  return `${field}: stored but not enforced by the embedded cluster: ${because}`;
}

function isTrue(value: unknown): boolean {
  return value === true;
}

function isOtherThan(usual: string): (value: unknown) => boolean {
  return (value) => textOf(value) !== usual && textOf(value) !== '';
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isJsonObject(value) ? Object.keys(value).length > 0 : value !== '' && value !== null;
}
