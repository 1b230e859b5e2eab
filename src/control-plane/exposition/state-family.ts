/** How kube-state-metrics tells objects: one family after the other, each a few series for an object. */
import type { ExpositionFamily, ExpositionSample } from '../../core/exposition-text.js';
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Condition, KubeObject, StringMap } from '../../core/objects.js';
import { parseQuantity } from '../../core/quantity.js';

/** One family over objects of a kind. */
export interface StateFamily<T> {
  readonly name: string;
  readonly type?: 'counter';
  readonly help: string;
  /** Beside the labels that name the object; none: nothing is told of it. */
  readonly of: (object: T) => readonly ExpositionSample[];
}

/**
 * Families over objects.
 *
 * @param nameOf - the labels that name an object, which stand first.
 */
export function stateFamilies<T extends KubeObject>(
  families: readonly StateFamily<T>[],
  objects: readonly T[],
  nameOf: (object: T) => StringMap,
): readonly ExpositionFamily[] {
  const named = objects.map((object) => ({ object, name: nameOf(object) }));
  return families.map(
    ({ name, type, help, of }): ExpositionFamily => ({
      name,
      type: type ?? 'gauge',
      help,
      samples: named.flatMap(({ object, name: first }) =>
        of(object).map(({ labels, value }) => ({ labels: { ...first, ...labels }, value })),
      ),
    }),
  );
}

/** One series without labels of its own; none when there is no value. */
export function single(value: number | undefined): readonly ExpositionSample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}

/** A series of value 1 that tells something by its labels. */
export function info(labels: StringMap): ExpositionSample {
  return { labels, value: 1 };
}

/** 1 or 0. */
export function flag(is: boolean): number {
  return is ? 1 : 0;
}

/** Seconds since the epoch of a time; none when it is absent. */
export function seconds(time: string | null | undefined): readonly ExpositionSample[] {
  const ms = kubeTimeMs(time);
  return single(ms === undefined ? undefined : ms / 1_000);
}

const NANO = 1e9;

/** The number that a quantity spells; undefined when there is none. */
export function amount(quantity: string | undefined): number | undefined {
  const parsed = quantity === undefined ? undefined : parseQuantity(quantity);
  return parsed === undefined ? undefined : Number(parsed.nano) / NANO;
}

/**
 * A quantity of a resource with the labels of kube-state-metrics.
 *
 * @see Source: kube-state-metrics `internal/store/pod.go`, `createPodContainerResourceRequestsFamilyGenerator`.
 */
export function resourceSample(
  resource: string,
  quantity: string,
  labels: StringMap,
): readonly ExpositionSample[] {
  const value = amount(quantity);
  if (value === undefined) return [];
  const unit = resource === 'cpu' ? 'core' : isBytes(resource) ? 'byte' : 'integer';
  const named = resource.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  return [{ labels: { ...labels, resource: named, unit }, value }];
}

function isBytes(resource: string): boolean {
  return /^(?:memory|storage|ephemeral-storage)$|^(?:hugepages-|attachable-volumes-)/.test(
    resource,
  );
}

const STATUSES = ['True', 'False', 'Unknown'] as const;

/**
 * Three series for a condition, one of which is 1.
 *
 * @see Source: kube-state-metrics `internal/store/utils.go`, `addConditionMetrics`.
 */
export function conditionSamples(
  { status }: Condition,
  labelsOf: (status: string) => StringMap,
): readonly ExpositionSample[] {
  return STATUSES.map((each) => ({
    labels: labelsOf(each.toLowerCase()),
    value: flag(each === status),
  }));
}

/** The families of every kind: when it was made, and when its deletion began. */
export function lifeFamilies<T extends KubeObject>(prefix: string): readonly StateFamily<T>[] {
  return [
    {
      name: `${prefix}_created`,
      help: 'Unix creation timestamp',
      of: ({ metadata }) => seconds(metadata.creationTimestamp),
    },
    {
      name: `${prefix}_deletion_timestamp`,
      help: 'Unix deletion timestamp',
      of: ({ metadata }) => seconds(metadata.deletionTimestamp),
    },
  ];
}
