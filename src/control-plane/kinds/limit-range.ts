/** LimitRange. */
import type { ResourceList } from '../../core/objects.js';
import type { LimitRange, LimitRangeItem } from '../../core/quota-objects.js';
import { compareQuantities, parseQuantity } from '../../core/quantity.js';
import { qualifiedNameFaults } from '../api-machinery/names.js';
import { randomUid } from '../api-machinery/uid.js';
import type { FieldError } from '../api-error.js';
import { duplicateValue, forbiddenValue, invalidValue, requiredValue } from '../field-error.js';
import { LIMIT_RANGES } from '../resources.js';
import { LIMIT_RANGE } from '../schema/quota-types.js';
import { LIMIT_RANGE_COLUMNS } from './columns/quota-columns.js';
import type { Draft, Kind } from './kind.js';
import {
  containerResourceNameFaults,
  isOvercommitAllowed,
  resourceNameFaults,
} from './resource-names.js';

/**
 * Limit ranges.
 *
 * @see Source: kubernetes `pkg/registry/core/limitrange/strategy.go`, `pkg/apis/core/v1/defaults.go`,
 *   `SetDefaults_LimitRangeItem`, `pkg/apis/core/validation/validation.go`, `ValidateLimitRange`.
 */
export const LIMIT_RANGE_KIND: Kind<LimitRange> = {
  resource: LIMIT_RANGES,
  singular: 'limitrange',
  shortNames: ['limits'],
  categories: [],
  type: LIMIT_RANGE,
  nameRule: 'subdomain',
  hasStatus: false,
  isCreatedByUpdate: true,
  setDefaults({ spec }) {
    for (const item of spec.limits ?? []) setItemDefaults(item);
  },
  prepareCreate(draft, { random }) {
    // a limit range without any name gets one that nobody else has
    draft.metadata.name ??= randomUid(random);
  },
  validate: limitRangeFaults,
  columns: LIMIT_RANGE_COLUMNS,
};

/** Limits default to the maximum, requests to the limits or else to the minimum. */
function setItemDefaults(item: Draft<LimitRangeItem>): void {
  if (item.type !== 'Container') return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
}

const TYPES: ReadonlySet<string> = new Set(['Container', 'PersistentVolumeClaim', 'Pod']);
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function limitRangeFaults({ spec }: LimitRange): readonly FieldError[] {
  const types = new Set<string>();
  const faults: FieldError[] = [];
  for (const [index, item] of (spec.limits ?? []).entries()) {
    const field = `spec.limits[${index}]`;
    faults.push(...typeFaults(`${field}.type`, item.type));
    if (types.has(item.type)) faults.push(duplicateValue(`${field}.type`, item.type));
    types.add(item.type);
    faults.push(...itemFaults(field, item));
  }
  return faults;
}

function typeFaults(field: string, type: string): readonly FieldError[] {
  const faults = qualifiedNameFaults(type).map((fault) => invalidValue(field, type, fault));
  if (faults.length > 0 || type.includes('/') || TYPES.has(type)) return faults;
  return [invalidValue(field, type, 'must be a standard limit type or fully qualified')];
}

function itemFaults(field: string, item: LimitRangeItem): readonly FieldError[] {
  const isPod = item.type === 'Pod';
  const nameFaults =
    isPod || item.type === 'Container' ? containerResourceNameFaults : resourceNameFaults;
  const faults: FieldError[] = [];
  const names = new Set<string>();
  for (const list of LISTS) {
    const amounts = Object.keys(item[list] ?? {});
    if (isPod && (list === 'default' || list === 'defaultRequest')) {
      if (amounts.length === 0) continue;
      faults.push(forbiddenValue(`${field}.${list}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    if (list === 'maxLimitRequestRatio') faults.push(...claimFaults(field, item));
    for (const name of amounts) {
      faults.push(...nameFaults(`${field}.${list}[${name}]`, name));
      names.add(name);
    }
  }
  const kept = isPod ? { ...item, default: {}, defaultRequest: {} } : item;
  return [...faults, ...[...names].flatMap((name) => boundFaults(field, name, kept))];
}

function claimFaults(field: string, { type, min, max }: LimitRangeItem): readonly FieldError[] {
  const isBounded = min?.['storage'] !== undefined || max?.['storage'] !== undefined;
  if (type !== 'PersistentVolumeClaim' || isBounded) return [];
  return [
    requiredValue(
      `${field}.limits`,
      'either minimum or maximum storage value is required, but neither was provided',
    ),
  ];
}

/** Bounds of one resource that contradict each other. */
function boundFaults(field: string, name: string, item: LimitRangeItem): readonly FieldError[] {
  const of = (list: ResourceList | undefined): string | undefined => list?.[name];
  const min = of(item.min);
  const max = of(item.max);
  const limit = of(item.default);
  const request = of(item.defaultRequest);
  const at = (list: string): string => `${field}.${list}[${name}]`;
  const faults: FieldError[] = [];
  if (isAbove(min, max)) {
    faults.push(invalidValue(at('min'), min, `min value ${min} is greater than max value ${max}`));
  }
  if (isAbove(min, request)) {
    const detail = `min value ${min} is greater than default request value ${request}`;
    faults.push(invalidValue(at('defaultRequest'), request, detail));
  }
  if (isAbove(request, max)) {
    const detail = `default request value ${request} is greater than max value ${max}`;
    faults.push(invalidValue(at('defaultRequest'), request, detail));
  }
  if (isAbove(request, limit)) {
    const detail = `default request value ${request} is greater than default limit value ${limit}`;
    faults.push(invalidValue(at('defaultRequest'), request, detail));
  }
  if (isAbove(min, limit)) {
    const detail = `min value ${min} is greater than default value ${limit}`;
    faults.push(invalidValue(at('default'), min, detail));
  }
  if (isAbove(limit, max)) {
    const detail = `default value ${limit} is greater than max value ${max}`;
    faults.push(invalidValue(at('default'), max, detail));
  }
  faults.push(
    ...ratioFaults(at('maxLimitRequestRatio'), of(item.maxLimitRequestRatio), { min, max }),
  );
  const isEqual =
    limit === undefined || request === undefined || compareQuantities(limit, request) === 0;
  if (!isOvercommitAllowed(name) && !isEqual) {
    const detail = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
    faults.push(invalidValue(at('defaultRequest'), request, detail));
  }
  return faults;
}

function ratioFaults(
  field: string,
  ratio: string | undefined,
  { min, max }: { readonly min: string | undefined; readonly max: string | undefined },
): readonly FieldError[] {
  if (ratio === undefined) return [];
  const faults: FieldError[] = [];
  if (isAbove('1', ratio)) {
    faults.push(invalidValue(field, ratio, `ratio ${ratio} is less than 1`));
  }
  if (min !== undefined && max !== undefined) {
    const most = amount(max) / amount(min);
    if (amount(ratio) > most) {
      const detail = `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`;
      faults.push(invalidValue(field, ratio, detail));
    }
  }
  return faults;
}

function isAbove(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && compareQuantities(a, b) > 0;
}

/** In units, as far as a double can tell. */
function amount(quantity: string): number {
  return Number(parseQuantity(quantity)?.nano ?? 0n) / 1e9;
}
