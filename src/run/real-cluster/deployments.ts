/** How the service under test gets onto a real cluster, and how the cluster is left as it was. */
import { type ApiPort, ApiRefusal, findObject } from '../../cluster/api-port.js';
import { applyObjects, deleteObjects, refusedObjects } from '../../cluster/apply-objects.js';
import { ResourcePaths } from '../../cluster/resource-paths.js';
import type { ClusterTarget } from '../../cluster/target.js';
import { LabError } from '../../core/errors.js';
import type { KubeObject } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import type { RunDeployment } from '../run-experiment.js';
import type { ChangingRun, ExistingWorkload } from './existing-workload.js';
import type { NamespaceClaim } from './lab-namespace.js';

type UpAndDown = Pick<RunDeployment, 'up' | 'down'>;

/** What is deployed. */
export interface ManifestDeployment {
  readonly api: ApiPort;
  readonly target: ClusterTarget;
  readonly clock: Clock;
  readonly namespace: string;
  readonly claim: NamespaceClaim;
  /** With the namespace and all labels. */
  readonly objects: readonly KubeObject[];
}

const CONFLICT = 409;
const POLL_MS = 250;
const GONE_MS = 120_000;

/** Applies manifests into the run's namespace; what was made goes again, and nothing else. */
export function manifestDeployment(options: ManifestDeployment): UpAndDown {
  const { api, namespace, claim, objects } = options;
  const inside = objects.filter(({ kind }) => kind !== 'Namespace');
  let hasNamespace = false;
  let applied: readonly KubeObject[] = [];
  return {
    up: async () => {
      if (claim === 'own') {
        await createNamespace(api, objects, namespace);
        hasNamespace = true;
      }
      const refused = await refusedObjects(api, inside);
      if (refused.length > 0) {
        throw new LabError('MANIFEST_INVALID', refused.join('\n'), {
          hint: 'these are the objects as the experiment patches them: look at its manifests and patches',
        });
      }
      applied = inside;
      await applyObjects(api, inside);
    },
    down: async () => {
      if (hasNamespace) {
        await options.target.deleteNamespace(namespace);
        return;
      }
      await deleteObjects(api, applied);
      await untilGone(applied, options);
    },
  };
}

/** Changes a workload that is there, as the experiment says, and puts it back. */
export function existingDeployment(workload: ExistingWorkload, run: ChangingRun): UpAndDown {
  return { up: () => workload.change(run), down: () => workload.restore() };
}

/** Created, not applied: a namespace that somebody made in the meantime is not to be taken over. */
async function createNamespace(
  api: ApiPort,
  objects: readonly KubeObject[],
  name: string,
): Promise<void> {
  const namespace = objects.find(({ kind }) => kind === 'Namespace');
  try {
    await api.call({ method: 'POST', path: '/api/v1/namespaces', body: namespace });
  } catch (error) {
    const because =
      error instanceof ApiRefusal && error.status === CONFLICT
        ? 'somebody made it a moment ago'
        : error instanceof Error
          ? error.message
          : String(error);
    throw new LabError('CLUSTER_FAILED', `cannot make namespace ${name}: ${because}`, {
      cause: error,
    });
  }
}

async function untilGone(
  objects: readonly KubeObject[],
  { api, clock }: ManifestDeployment,
): Promise<void> {
  const paths = new ResourcePaths(api);
  const deadlineMs = clock.now() + GONE_MS;
  for (const object of objects) {
    const path = await paths.of(object);
    if (path === undefined) continue;
    while ((await findObject(api, path)) !== undefined) {
      if (clock.now() >= deadlineMs) {
        throw new LabError('CLUSTER_FAILED', `${object.kind} ${object.metadata.name} does not go`, {
          hint: 'a finalizer may hold it: kubectl get it with -o yaml',
        });
      }
      await clock.sleep(POLL_MS);
    }
  }
}
