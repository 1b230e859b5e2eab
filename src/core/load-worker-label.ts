/** The label by which pods that send a load are told from those that get it. */
import type { KubeObject } from './objects.js';

/** On each pod of a Job of load workers. */
export const LOAD_WORKER = { label: 'app.kubernetes.io/component', value: 'load-worker' } as const;

/** Whether a pod, or its metrics, is of a load worker: no part of what is tested. */
export function isLoadWorker({ metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return metadata.labels?.[LOAD_WORKER.label] === LOAD_WORKER.value;
}
