/**
 * The `restricted` Pod Security Standard of Kubernetes 1.36, as a check of one pod's spec.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/ (its fields and values).
 */

type Fields = Readonly<Record<string, unknown>>;

/** A rule about the value at some places; an absent value is `undefined`. */
interface Rule {
  readonly name: string;
  /** Dotted fields of the pod's spec; `containers[*]` stands for every kind of container. */
  readonly paths: readonly string[];
  readonly isAllowed: (value: unknown) => boolean;
}

const BASELINE_CAPABILITIES = new Set(
  `AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP
  SETUID SYS_CHROOT`.split(/\s+/),
);
const SAFE_SYSCTLS: ReadonlySet<unknown> = new Set(
  `kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start
  net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports
  net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl
  net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem`.split(/\s+/),
);
const VOLUME_TYPES = new Set(
  `name configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret`.split(
    ' ',
  ),
);
const SELINUX_TYPES: ReadonlySet<unknown> = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
]);
const HANDLERS = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const HOOKS = ['lifecycle.postStart', 'lifecycle.preStop'];

const isNotTrue = (value: unknown): boolean => value === undefined || value === false;
const isAbsent = (value: unknown): boolean => value === undefined || value === '';
const every =
  (test: (element: string) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || (Array.isArray(value) && value.every((each) => test(String(each))));

const RULES: readonly Rule[] = [
  {
    name: 'no Windows host process',
    paths: onBothLevels('windowsOptions.hostProcess'),
    isAllowed: isNotTrue,
  },
  {
    name: 'no host namespaces',
    paths: ['hostNetwork', 'hostPID', 'hostIPC'],
    isAllowed: isNotTrue,
  },
  {
    name: 'not privileged',
    paths: ['containers[*].securityContext.privileged'],
    isAllowed: isNotTrue,
  },
  {
    name: 'only capabilities of the baseline, and of these only NET_BIND_SERVICE',
    paths: ['containers[*].securityContext.capabilities.add'],
    isAllowed: every((name) => BASELINE_CAPABILITIES.has(name) && name === 'NET_BIND_SERVICE'),
  },
  {
    name: 'all capabilities dropped',
    paths: ['containers[*].securityContext.capabilities.drop'],
    isAllowed: (value) => Array.isArray(value) && value.includes('ALL'),
  },
  {
    name: 'no host ports',
    paths: ['containers[*].ports[*].hostPort'],
    isAllowed: (value) => value === undefined || value === 0,
  },
  {
    name: 'no host in probes and hooks',
    paths: [...HANDLERS, ...HOOKS].flatMap((handler) => [
      `containers[*].${handler}.httpGet.host`,
      `containers[*].${handler}.tcpSocket.host`,
    ]),
    isAllowed: isAbsent,
  },
  {
    name: 'AppArmor not overridden',
    paths: onBothLevels('appArmorProfile.type'),
    isAllowed: (value) => value === undefined || isOneOf(value, 'RuntimeDefault', 'Localhost'),
  },
  {
    name: 'SELinux type of containers',
    paths: onBothLevels('seLinuxOptions.type'),
    isAllowed: (value) => value === undefined || SELINUX_TYPES.has(value),
  },
  {
    name: 'no SELinux user or role',
    paths: [...onBothLevels('seLinuxOptions.user'), ...onBothLevels('seLinuxOptions.role')],
    isAllowed: isAbsent,
  },
  {
    name: 'default /proc mount',
    paths: ['containers[*].securityContext.procMount'],
    isAllowed: (value) => value === undefined || value === 'Default',
  },
  {
    name: 'safe sysctls only',
    paths: ['securityContext.sysctls[*].name'],
    isAllowed: (value) => value === undefined || SAFE_SYSCTLS.has(value),
  },
  {
    name: 'volumes of the permitted types',
    paths: ['volumes[*]'],
    isAllowed: (value) =>
      value === undefined || Object.keys(fieldsOf(value)).every((type) => VOLUME_TYPES.has(type)),
  },
  {
    name: 'no privilege escalation',
    paths: ['containers[*].securityContext.allowPrivilegeEscalation'],
    isAllowed: (value) => value === false,
  },
  {
    name: 'not user 0',
    paths: onBothLevels('runAsUser'),
    isAllowed: (value) => value !== 0,
  },
];

/** The fields that a container may leave to its pod, and what they have to be. */
const INHERITED: readonly Rule[] = [
  { name: 'runs as non-root', paths: ['runAsNonRoot'], isAllowed: (value) => value === true },
  {
    name: 'seccomp profile set',
    paths: ['seccompProfile.type'],
    isAllowed: (value) => isOneOf(value, 'RuntimeDefault', 'Localhost'),
  },
];

/** What in a pod's spec is against the standard, `rule: path is value`; none: it meets it. */
export function restrictedViolations(podSpec: unknown): readonly string[] {
  const spec = fieldsOf(podSpec);
  const plain = RULES.flatMap(({ name, paths, isAllowed }) =>
    paths
      .flatMap((path) => valuesAt(spec, path))
      .filter(({ value }) => !isAllowed(value))
      .map((found) => `${name}: ${shown(found)}`),
  );
  const inherited = INHERITED.flatMap(({ name, paths, isAllowed }) =>
    paths.flatMap((path) => {
      const [ofPod] = valuesAt(spec, `securityContext.${path}`);
      return valuesAt(spec, `containers[*].securityContext.${path}`)
        .filter(({ value }) => !isAllowed(value ?? ofPod?.value))
        .map((found) => `${name}: ${shown(found)}`);
    }),
  );
  return [...plain, ...inherited];
}

function onBothLevels(path: string): readonly string[] {
  return [`securityContext.${path}`, `containers[*].securityContext.${path}`];
}

interface Found {
  readonly path: string;
  readonly value: unknown;
}

function valuesAt(spec: Fields, path: string): readonly Found[] {
  if (!path.startsWith('containers[*]')) return descend({ path: '', value: spec }, path.split('.'));
  return ['initContainers', 'containers', 'ephemeralContainers']
    .filter((kind) => spec[kind] !== undefined)
    .flatMap((kind) =>
      descend({ path: '', value: spec }, path.replace('containers', kind).split('.')),
    );
}

function descend(from: Found, [step, ...rest]: readonly string[]): readonly Found[] {
  if (step === undefined) return [from];
  const name = step.replace('[*]', '');
  const path = from.path === '' ? name : `${from.path}.${name}`;
  const value = fieldsOf(from.value)[name];
  if (!step.endsWith('[*]')) return descend({ path, value }, rest);
  const elements: readonly unknown[] = Array.isArray(value) ? value : [];
  return elements.flatMap((element, index) =>
    descend({ path: `${path}[${index}]`, value: element }, rest),
  );
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isOneOf(value: unknown, ...allowed: readonly string[]): boolean {
  return typeof value === 'string' && allowed.includes(value);
}

function shown({ path, value }: Found): string {
  return `${path} is ${value === undefined ? 'not set' : JSON.stringify(value)}`;
}
