/** Memory that is really in use, for what the service is told to need. */

const BYTES_PER_KIB = 1_024;

/** A byte other than 0: pages of zeros cost the kernel nothing until someone writes to them. */
const FILLER = 1;

/** Takes `kib` KiB outside the JavaScript heap, so that no heap limit stops it; at least 0. */
export function heldMemory(kib: number): Buffer {
  return Buffer.alloc(Math.round(kib * BYTES_PER_KIB), FILLER);
}
