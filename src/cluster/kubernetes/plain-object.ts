/** Client objects as the API's own JSON. */
import { kubeTime } from '../../core/kube-time.js';

/**
 * The JSON that a client object stands for: times are texts again, as watches give them (the client
 * makes `Date`s of them in typed answers only).
 */
export function plainObject<T>(object: unknown): T {
  return convert(object) as T;
}

function convert(value: unknown): unknown {
  if (value instanceof Date) return kubeTime(value.getTime());
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, convert(field)]));
}
