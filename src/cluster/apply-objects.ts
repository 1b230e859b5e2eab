/** Server-side apply of whole objects with the lab as their field manager. */
import { LabError } from '../core/errors.js';
import { FIELD_MANAGER } from '../core/lab-labels.js';
import type { KubeObject } from '../core/objects.js';
import { type ApiPort, ApiRefusal } from './api-port.js';
import { inApplyOrder } from './apply-order.js';
import { ResourcePaths } from './resource-paths.js';

/** Server-side apply; the body is JSON, which is YAML. */
const APPLY = 'application/apply-patch+yaml';

/**
 * Applies objects in an order in which each finds what it refers to. Fields of others are taken over: what is
 * applied is the lab's own.
 *
 * @throws {LabError} `MANIFEST_INVALID` when the server refuses one, or has no such kind; `CLUSTER_FAILED`.
 */
export async function applyObjects(api: ApiPort, objects: readonly KubeObject[]): Promise<void> {
  const paths = new ResourcePaths(api);
  for (const object of inApplyOrder(objects)) {
    const refused = await applyObject(object, { api, paths });
    if (refused === undefined) continue;
    throw new LabError('MANIFEST_INVALID', refused.message, {
      hint: 'mend the manifest or the patch in the experiment file',
      cause: refused,
    });
  }
}

/**
 * What the server would refuse, of all objects, one message each; nothing is changed.
 *
 * @throws {LabError} `CLUSTER_FAILED` when the server does not answer.
 */
export async function refusedObjects(
  api: ApiPort,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const paths = new ResourcePaths(api);
  const faults: string[] = [];
  for (const object of inApplyOrder(objects)) {
    const refused = await applyObject(object, { api, paths, isDryRun: true });
    if (refused !== undefined) faults.push(refused.message);
  }
  return faults;
}

/** Deletes objects, those first that came last; one that is gone already is no fault. Does not wait. */
export async function deleteObjects(api: ApiPort, objects: readonly KubeObject[]): Promise<void> {
  const paths = new ResourcePaths(api);
  for (const object of inApplyOrder(objects).toReversed()) {
    const path = await paths.of(object);
    if (path === undefined) continue;
    try {
      await api.call({ method: 'DELETE', path, query: { propagationPolicy: 'Background' } });
    } catch (error) {
      if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
    }
  }
}

async function applyObject(
  object: KubeObject,
  { api, paths, isDryRun = false }: { api: ApiPort; paths: ResourcePaths; isDryRun?: boolean },
): Promise<Error | undefined> {
  const { apiVersion, kind, metadata } = object;
  const name = `${kind} ${metadata.name}`;
  try {
    const path = await paths.of(object);
    if (path === undefined)
      return new Error(`${name}: the cluster has no ${kind} in ${apiVersion}`);
    await api.call({
      method: 'PATCH',
      path,
      query: {
        fieldManager: FIELD_MANAGER,
        force: 'true',
        fieldValidation: 'Strict',
        ...(isDryRun ? { dryRun: 'All' } : {}),
      },
      body: object,
      contentType: APPLY,
    });
    return undefined;
  } catch (error) {
    if (error instanceof ApiRefusal && isOfObject(error)) {
      return new Error(`${name} was refused: ${error.message}`, { cause: error });
    }
    const because = error instanceof Error ? error.message : String(error);
    throw new LabError('CLUSTER_FAILED', `cannot apply ${name}: ${because}`, { cause: error });
  }
}

/**
 * Whether something is wrong with the object itself. An applied object with a field of a wrong type is answered 500,
 * as if the server were not well.
 *
 * Source: kubernetes/apimachinery, pkg/util/managedfields/internal/structuredmerge.go, `Apply`.
 */
function isOfObject({ status, message }: ApiRefusal): boolean {
  if (status === 401 || status === 429) return false;
  return status < 500 || message.includes('failed to create typed patch object');
}
