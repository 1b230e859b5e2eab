/** Base64 of short bytes, thousands of times a second, alike wherever it runs. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(LETTERS, (letter) => letter.charCodeAt(0));
const PADDING = 0x3d;
const NO_LETTER = 0xff;
const VALUES = new Uint8Array(128).fill(NO_LETTER);
for (const [value, code] of CODES.entries()) VALUES[code] = value;

/** Letters that are made into a string at once: so many arguments a call can have everywhere. */
const PIECE = 8_192;

/** The bytes as base64, padded. */
export function toBase64(bytes: Uint8Array): string {
  const codes = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  let at = 0;
  for (let index = 0; index < bytes.length; index += 3) {
    const three =
      ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    codes[at++] = CODES[three >> 18] ?? 0;
    codes[at++] = CODES[(three >> 12) & 63] ?? 0;
    codes[at++] = CODES[(three >> 6) & 63] ?? 0;
    codes[at++] = CODES[three & 63] ?? 0;
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  codes.fill(PADDING, codes.length - missing);
  let text = '';
  for (let from = 0; from < codes.length; from += PIECE) {
    text += Reflect.apply(String.fromCharCode, undefined, codes.subarray(from, from + PIECE));
  }
  return text;
}

/**
 * The bytes of a base64 text.
 *
 * @throws {TypeError} when it is none.
 */
export function fromBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) throw new TypeError('expected base64: whole groups of 4 letters');
  const bytes = new Uint8Array((text.length / 4) * 3);
  let at = 0;
  for (let index = 0; index < text.length; index += 4) {
    const isLast = index + 4 === text.length;
    const four =
      (valueAt(text, index) << 18) |
      (valueAt(text, index + 1) << 12) |
      (isLast && padding === 2 ? 0 : valueAt(text, index + 2) << 6) |
      (isLast && padding > 0 ? 0 : valueAt(text, index + 3));
    bytes[at++] = four >> 16;
    bytes[at++] = (four >> 8) & 0xff;
    bytes[at++] = four & 0xff;
  }
  return padding === 0 ? bytes : bytes.subarray(0, bytes.length - padding);
}

function valueAt(text: string, index: number): number {
  const value = VALUES[text.charCodeAt(index)];
  if (value === undefined || value === NO_LETTER) {
    throw new TypeError(`expected base64, found ${JSON.stringify(text.charAt(index))} in it`);
  }
  return value;
}
