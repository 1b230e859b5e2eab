/** Client objects as the API's own JSON. */
import { isRecord } from '../../core/json.js';
import { kubeTime } from '../../core/kube-time.js';

/**
 * The JSON that a client object stands for: times are texts again, as watches give them (the client
 * makes `Date`s of them in typed answers only).
 */
export function plainObject(value: unknown): unknown {
  if (value instanceof Date) return kubeTime(value.getTime());
  if (Array.isArray(value)) return value.map(plainObject);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, plainObject(field)]));
}

/** An item of a list: the API leaves out its type there, and this puts it back. */
export function plainItem(
  item: unknown,
  type: { readonly apiVersion: string; readonly kind: string },
): unknown {
  const object = plainObject(item);
  return isRecord(object) ? { ...type, ...object } : object;
}
