/** IP addresses in fields that are older than strict rules for them. */
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
import { isIpv4, isIpv6 } from './ip-address.js';

const LEADING_ZEROS = /^0*(\d{1,3})$/;

/**
 * Faults of an address in itself.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/validation/ip.go`, `IsValidIPForLegacyField`.
 */
export function legacyIpFaults(field: string, value: string): readonly FieldError[] {
  if (isMappedIpv4(value)) {
    return [invalidValue(field, value, 'must not be an IPv4-mapped IPv6 address')];
  }
  if (isIpv4(value) || isIpv6(value)) return [];
  if (withoutLeadingZeros(value) !== undefined) {
    return [invalidValue(field, value, 'must not have leading 0s')];
  }
  return [
    invalidValue(field, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  ];
}

/** What a client is warned of in an address that is accepted: an IPv6 address not in its one form. */
export function legacyIpWarnings(field: string, value: string): readonly string[] {
  if (!isIpv6(value)) return [];
  const canonical = canonicalIpv6(value);
  if (canonical === value) return [];
  return [
    `${field}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
  ];
}

/**
 * Faults of an address that nothing can be reached at.
 *
 * @param isLoopbackAllowed - 127.0.0.0/8 and ::1 are fine: the embedded cluster's pods are there.
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateEndpointIP`.
 */
export function endpointIpFaults(
  field: string,
  value: string,
  isLoopbackAllowed: boolean,
): readonly FieldError[] {
  const address = withoutLeadingZeros(value) ?? value;
  if (!isIpv4(address) && !isIpv6(address)) {
    return [invalidValue(field, value, 'must be a valid IP address')];
  }
  const fault = specialRange(address.toLowerCase(), value, isLoopbackAllowed);
  return fault === undefined ? [] : [invalidValue(field, value, fault)];
}

function specialRange(
  address: string,
  given: string,
  isLoopbackAllowed: boolean,
): string | undefined {
  const text = address.includes(':') ? canonicalIpv6(address) : address;
  if (text === '0.0.0.0' || text === '::') return `may not be unspecified (${given})`;
  if (text.startsWith('127.') || text === '::1') {
    return isLoopbackAllowed
      ? undefined
      : 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
  }
  if (text.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/.test(text)) {
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  }
  if (text.startsWith('224.0.0.') || /^ff[0-9a-f]2:/.test(text)) {
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  }
  return undefined;
}

/** An IPv4 address whose parts may begin with zeros, without them; undefined when it is none. */
function withoutLeadingZeros(value: string): string | undefined {
  const parts = value.split('.').map((part) => LEADING_ZEROS.exec(part)?.[1]);
  if (parts.length !== 4) return undefined;
  const plain = parts.map((part) => (part === undefined ? 'none' : String(Number(part)))).join('.');
  return isIpv4(plain) ? plain : undefined;
}

function isMappedIpv4(value: string): boolean {
  return isIpv6(value) && /^(0{0,4}:){2,5}ffff:\d+\.\d+\.\d+\.\d+$/i.test(value);
}

/**
 * An IPv6 address in the form of RFC 5952: lower case, no leading zeros, the longest run of zero groups
 * (the first of equals, two at least) as `::`.
 *
 * @param value - an address that {@link isIpv6} takes.
 */
export function canonicalIpv6(value: string): string {
  const groups = ipv6Groups(value.toLowerCase());
  const run = longestZeroRun(groups);
  const text = groups.map((group) => group.toString(16));
  if (run === undefined) return text.join(':');
  const { start, length } = run;
  return `${text.slice(0, start).join(':')}::${text.slice(start + length).join(':')}`;
}

function ipv6Groups(value: string): readonly number[] {
  const [head = '', tail] = value.split('::');
  const before = groupsOf(head);
  if (tail === undefined) return before;
  const after = groupsOf(tail);
  return [
    ...before,
    ...Array.from({ length: 8 - before.length - after.length }, () => 0),
    ...after,
  ];
}

function groupsOf(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function longestZeroRun(
  groups: readonly number[],
): { readonly start: number; readonly length: number } | undefined {
  let best: { start: number; length: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length >= 2 && length > (best?.length ?? 0)) best = { start, length };
  }
  return best;
}
