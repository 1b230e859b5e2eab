/** How long a text is in bytes, without writing it down. */

const ONE_BYTE = 0x80;
const TWO_BYTES = 0x800;
const FIRST_OF_PAIR = 0xd800;
const SECOND_OF_PAIR = 0xdc00;
const AFTER_PAIRS = 0xe000;

/** Bytes of a text in UTF-8; half a surrogate pair counts as the replacement character it becomes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < ONE_BYTE) continue;
    bytes += unit < TWO_BYTES ? 1 : 2;
    if (unit < FIRST_OF_PAIR || unit >= SECOND_OF_PAIR) continue;
    const next = text.charCodeAt(index + 1);
    // a pair of two units has four bytes
    if (next >= SECOND_OF_PAIR && next < AFTER_PAIRS) index++;
  }
  return bytes;
}
