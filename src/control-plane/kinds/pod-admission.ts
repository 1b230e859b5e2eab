/** What admission adds to new pods: defaults of limit ranges, service account, its token, priority, tolerations. */
import type { Container, Pod, PodSpec } from '../../core/objects.js';
import type { Volume } from '../../core/pod-objects.js';
import { applyLimitRanges } from '../admission/limit-ranges.js';
import { resolvePriority } from '../admission/priority.js';
import { randomLetters } from '../api-machinery/names.js';
import { ApiError } from '../api-error.js';
import { PODS, SERVICE_ACCOUNTS } from '../resources.js';
import { jsonObjects } from '../schema/json.js';
import { admittedName } from './admitted-name.js';
import type { Draft, WriteContext } from './kind.js';

const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const DEFAULT_TOLERATION_SECONDS = 300;
const TOKEN_EXPIRATION_SECONDS = 3_607;

/** Runs the admission that upstream enables by default and that changes pods. */
export function admitPod(pod: Draft<Pod>, context: WriteContext): void {
  applyLimitRanges(pod, context.api);
  admitServiceAccount(pod, context);
  resolvePriority(pod, context.api);
  addDefaultTolerations(pod.spec);
}

/**
 * A missing account is refused, except `default`, which a controller makes a moment after its
 * namespace (upstream waits for it a little).
 *
 * @see Source: kubernetes `plugin/pkg/admission/serviceaccount/admission.go`.
 */
function admitServiceAccount(pod: Draft<Pod>, { api, random }: WriteContext): void {
  const { spec } = pod;
  spec.serviceAccountName ??= 'default';
  spec['serviceAccount'] = spec.serviceAccountName;
  const { namespace = '' } = pod.metadata;
  const key = { namespace, name: spec.serviceAccountName };
  const account = api.get(SERVICE_ACCOUNTS, key);
  if (account === undefined) {
    if (key.name === 'default') return;
    throw ApiError.forbidden(PODS, admittedName(pod), {
      message: `error looking up service account ${namespace}/${key.name}: serviceaccount "${key.name}" not found`,
    });
  }
  const isMounted = spec['automountServiceAccountToken'] ?? account.automountServiceAccountToken;
  if (isMounted !== false) mountToken(spec, `kube-api-access-${randomLetters(random)}`);
}

function mountToken(spec: Draft<PodSpec>, volumeName: string): void {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const missing = containers.filter((container) => !hasTokenMount(container));
  if (missing.length === 0) return;
  for (const container of missing) {
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name: volumeName, readOnly: true, mountPath: TOKEN_MOUNT_PATH },
    ];
  }
  spec.volumes = [...(spec.volumes ?? []), tokenVolume(volumeName)];
}

function hasTokenMount(container: Draft<Container>): boolean {
  return jsonObjects(container.volumeMounts).some(
    (mount) => mount['mountPath'] === TOKEN_MOUNT_PATH,
  );
}

function tokenVolume(name: string): Draft<Volume> {
  return {
    name,
    projected: {
      sources: [
        {
          serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION_SECONDS, path: 'token' },
        },
        {
          configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] },
        },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}

/** @see Source: `plugin/pkg/admission/defaulttolerationseconds/admission.go`. */
function addDefaultTolerations(spec: Draft<PodSpec>): void {
  const present = spec.tolerations ?? [];
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) =>
      !present.some(
        (toleration) =>
          (toleration.key ?? key) === key && (toleration.effect ?? 'NoExecute') === 'NoExecute',
      ),
  );
  if (added.length === 0) return;
  spec.tolerations = [
    ...present,
    ...added.map((key) => ({
      key,
      operator: 'Exists' as const,
      effect: 'NoExecute',
      tolerationSeconds: DEFAULT_TOLERATION_SECONDS,
    })),
  ];
}
