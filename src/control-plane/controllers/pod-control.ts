/** Makes and deletes the pods of a controller and reports it in events. */
import type { KubeObject, Pod, PodTemplateSpec } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import type { EventRecorder } from '../event-recorder.js';
import { keyOf } from '../object-keys.js';
import { controllerReference } from '../owner-references.js';
import { PODS } from '../resources.js';

/** What pod control works with. */
export interface PodControl {
  readonly api: KubeApi;
  readonly recorder: EventRecorder;
  readonly nowMs: EpochMs;
}

/**
 * Creates pods in batches of 1, 2, 4, 8, ...; a batch in which one fails is the last.
 *
 * @returns the first failure; undefined when all went well.
 * @see Source: kubernetes `pkg/controller/replicaset/replica_set.go`, `slowStartBatch`.
 */
export function createPods(
  control: PodControl,
  owner: KubeObject,
  { template, count }: { readonly template: PodTemplateSpec; readonly count: number },
): ApiError | undefined {
  let remaining = count;
  for (let batch = 1; remaining > 0; batch *= 2) {
    const size = Math.min(batch, remaining);
    let failure: ApiError | undefined;
    for (let index = 0; index < size; index++) {
      failure = createPod(control, owner, { template }) ?? failure;
    }
    if (failure !== undefined) return failure;
    remaining -= size;
  }
  return undefined;
}

/**
 * Creates one pod.
 *
 * @param wanted - `generateName`: what its name begins with; absent: the owner's name.
 * @returns why it was refused; undefined when all went well.
 * @see Source: `pkg/controller/controller_utils.go`, `RealPodControl.createPods`.
 */
export function createPod(
  { api, recorder, nowMs }: PodControl,
  owner: KubeObject,
  wanted: { readonly template: PodTemplateSpec; readonly generateName?: string },
): ApiError | undefined {
  try {
    const pod = api.create(PODS, podFromTemplate(owner, wanted));
    recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`, nowMs);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // an ending namespace is no failure: nothing is wanted there any more
    if (isNamespaceTerminating(error)) return undefined;
    recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${error.message}`, nowMs);
    return error;
  }
}

/** Deletes pods. @returns the first failure; undefined when all went well or were gone. */
export function deletePods(
  { api, recorder, nowMs }: PodControl,
  owner: KubeObject,
  pods: readonly Pod[],
): ApiError | undefined {
  let failure: ApiError | undefined;
  for (const pod of pods) {
    const { name } = pod.metadata;
    try {
      api.delete(PODS, keyOf(pod));
      recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`, nowMs);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason === 'NotFound') continue;
      recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`, nowMs);
      failure ??= error;
    }
  }
  return failure;
}

/** The API refused because the namespace is ending. */
export function isNamespaceTerminating(error: ApiError): boolean {
  return (error.status.details?.causes ?? []).some(
    ({ reason }) => reason === 'NamespaceTerminating',
  );
}

/** @see Source: `pkg/controller/controller_utils.go`, `GetPodFromTemplate`. */
function podFromTemplate(
  owner: KubeObject,
  wanted: { readonly template: PodTemplateSpec; readonly generateName?: string },
): Pod {
  const { namespace, name } = owner.metadata;
  const { template, generateName = `${name}-` } = wanted;
  const { metadata, spec } = template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName,
      ...(namespace === undefined ? {} : { namespace }),
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  };
}
