/** Base64 of texts, without Node's buffers: this layer does no I/O. */

/** A text in UTF-8, in base64. */
export function base64Text(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCodePoint(byte);
  return btoa(bytes);
}

/** The text that base64 holds; bytes that are no UTF-8 become U+FFFD. */
export function textOfBase64(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
  return new TextDecoder().decode(bytes);
}

/** How many bytes base64 holds. */
export function bytesOfBase64(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
