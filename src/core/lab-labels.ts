/** Labels and annotations by which everything that the lab makes on a cluster is found again. */
import type { KubeObject, StringMap } from './objects.js';

/** The field manager of everything the lab applies. */
export const FIELD_MANAGER = 'hpa-lab';

/** Labels that the lab puts on what it makes. */
export const LAB_LABELS = {
  /** `hpa-lab`. */
  managedBy: 'app.kubernetes.io/managed-by',
  /** The run's id. */
  run: 'hpa-lab.dev/run',
  /** Who started it, from where: `user-host`. */
  owner: 'hpa-lab.dev/owner',
  /** When it may be removed: seconds since 1970. */
  expires: 'hpa-lab.dev/expires',
  /** The experiment's name. */
  experiment: 'hpa-lab.dev/experiment',
} as const;

/** The value of {@link LAB_LABELS}' `managedBy`. */
export const MANAGED_BY = 'hpa-lab';

/**
 * Annotations on an object that was there before the run and that the run changed. Such an object has none of the
 * lab's labels: it is not the lab's to remove, only to put back (see original.ts).
 */
export const ORIGINAL_ANNOTATIONS = {
  /** JSON merge patch that puts back what the run changed. */
  original: 'hpa-lab.dev/original',
  /** The run that changed it. */
  run: LAB_LABELS.run,
  /** When it may be put back by anyone: seconds since 1970. */
  expires: LAB_LABELS.expires,
} as const;

/** Who made what a run leaves on a cluster, and until when it is wanted. */
export interface LabMark {
  readonly runId: string;
  readonly experiment: string;
  /** As {@link labelSafe} makes it. */
  readonly owner: string;
  readonly expiresAtMs: number;
}

/** The labels of everything that a run makes. */
export function labLabels({ runId, experiment, owner, expiresAtMs }: LabMark): StringMap {
  return {
    [LAB_LABELS.managedBy]: MANAGED_BY,
    [LAB_LABELS.run]: runId,
    [LAB_LABELS.owner]: owner,
    [LAB_LABELS.expires]: String(Math.ceil(expiresAtMs / 1_000)),
    [LAB_LABELS.experiment]: experiment,
  };
}

/** Whether the lab made an object, as far as its labels tell. */
export function isMadeByLab({ metadata: { labels } }: KubeObject): boolean {
  return labels?.[LAB_LABELS.managedBy] === MANAGED_BY && labels[LAB_LABELS.run] !== undefined;
}

/** When an object of the lab may be removed, milliseconds since 1970; undefined: it does not say. */
export function expiryMs({ metadata: { labels } }: KubeObject): number | undefined {
  const text = labels?.[LAB_LABELS.expires];
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : undefined;
}

const MAX_LABEL_LENGTH = 63;

/**
 * A text as the value of a label: what a label cannot hold becomes `-`. Empty when nothing of it can be held.
 *
 * Source: kubernetes/apimachinery, pkg/util/validation/validation.go, `IsValidLabelValue`.
 */
export function labelSafe(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .slice(0, MAX_LABEL_LENGTH)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
