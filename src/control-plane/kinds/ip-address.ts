/** IP addresses as texts, without `node:net`: this layer does no I/O. */

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** Whether a text is an IPv4 address without leading zeros. */
export function isIpv4(text: string): boolean {
  const match = IPV4.exec(text);
  return (
    match !== null &&
    match.slice(1).every((part) => Number(part) <= 255 && String(Number(part)) === part)
  );
}

/** Whether a text is an IPv6 address. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const hasIpv4 = last !== undefined && isIpv4(last);
  const plain = hasIpv4 ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => GROUP.test(group))) return false;
  const count = plain.length + (hasIpv4 ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}

/** Whether a text is an IP address of either family. */
export function isIpAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}
