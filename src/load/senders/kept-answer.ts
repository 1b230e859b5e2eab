/** What is kept of an answer for checks and extractions. */
import { type AnswerContent, MAX_KEPT_BODY_BYTES } from '../request-checks.js';

/** An answer's headers and the beginning of its body, as they come in. */
export class KeptAnswer implements AnswerContent {
  isBodyCut = false;
  readonly #valueOf: (name: string) => string | undefined;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** @param valueOf - the value of a header by its name in lower case. */
  constructor(valueOf: (name: string) => string | undefined) {
    this.#valueOf = valueOf;
  }

  header(name: string): string | undefined {
    return this.#valueOf(name.toLowerCase());
  }

  get body(): string {
    return Buffer.concat(this.#chunks, this.#bytes).toString();
  }

  /** Takes the next bytes of the body; copies them, as buffers are used again. */
  add(bytes: Uint8Array): void {
    const room = MAX_KEPT_BODY_BYTES - this.#bytes;
    if (bytes.length > room) this.isBodyCut = true;
    if (room <= 0) return;
    const kept = Uint8Array.prototype.slice.call(bytes, 0, room);
    this.#chunks.push(kept);
    this.#bytes += kept.length;
  }
}

/** Headers of a head as it came: a status line, then one line for each. */
export function headerOfHead(head: string, name: string): string | undefined {
  const values = head
    .split('\r\n')
    .slice(1)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      const isWanted = colon !== -1 && line.slice(0, colon).toLowerCase() === name;
      return isWanted ? [line.slice(colon + 1).trim()] : [];
    });
  return values.length === 0 ? undefined : values.join(', ');
}
