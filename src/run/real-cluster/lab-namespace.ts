/** The namespace of a run on a real cluster: the lab's own, or one that was given to it. */
import { type ApiPort, ApiRefusal, findObject } from '../../cluster/api-port.js';
import { LabError } from '../../core/errors.js';
import { expiryMs, LAB_LABELS, MANAGED_BY } from '../../core/lab-labels.js';
import { isKubeObject } from '../../core/object-guards.js';

/**
 * `own`: it is not there, is made for the run and goes with it. `given`: somebody prepared it for the lab
 * (`app.kubernetes.io/managed-by: hpa-lab`, and no run's label), and it stays.
 */
export type NamespaceClaim = 'own' | 'given';

/**
 * Whether a run may use a namespace.
 *
 * @throws {LabError} `CLUSTER_FAILED` when it is there and not the lab's, or another run's.
 */
export async function claimNamespace(
  api: ApiPort,
  namespace: string,
  nowMs: number,
): Promise<NamespaceClaim> {
  const found = await findObject(api, `/api/v1/namespaces/${namespace}`).catch((error: unknown) => {
    const because = error instanceof Error ? error.message : String(error);
    // who may not look at a namespace that is not there is told the same as who may not look at one that is
    const hint =
      error instanceof ApiRefusal && error.status === 403
        ? 'the Roles of manifests/rbac allow to look at it'
        : undefined;
    throw new LabError('CLUSTER_FAILED', `cannot look at namespace ${namespace}: ${because}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  });
  if (found === undefined || !isKubeObject(found)) return 'own';
  const { labels = {}, deletionTimestamp } = found.metadata;
  if (deletionTimestamp !== undefined) {
    throw new LabError('CLUSTER_FAILED', `namespace ${namespace} is being deleted`, {
      hint: `wait until it is gone: kubectl wait --for=delete namespace/${namespace}; \`npm run gc\` explains one that stays`,
    });
  }
  if (labels[LAB_LABELS.managedBy] !== MANAGED_BY) {
    throw new LabError('CLUSTER_FAILED', `namespace ${namespace} exists and is not the lab's`, {
      hint: `name another in the experiment (namespace:), or give this one to the lab: kubectl label namespace ${namespace} ${LAB_LABELS.managedBy}=${MANAGED_BY}`,
    });
  }
  const run = labels[LAB_LABELS.run];
  if (run === undefined) return 'given';
  const expiry = expiryMs(found);
  const until =
    expiry === undefined
      ? ''
      : expiry > nowMs
        ? `, wanted until ${new Date(expiry).toISOString()}`
        : ', which has expired';
  const owner = labels[LAB_LABELS.owner] ?? 'somebody';
  throw new LabError(
    'CLUSTER_FAILED',
    `namespace ${namespace} is of run ${run} of ${owner}${until}`,
    {
      hint: 'wait for that run, name another namespace in the experiment, or remove what is expired: npm run gc -- --context ...',
    },
  );
}
