import { expect, test } from 'vitest';
import { utf8Length } from '../../../src/core/utf8-length.js';

/** One for each number of bytes, the borders between them, and halves of pairs. */
const PIECES = ['', 'a', '\u007F', '\u0080', '\u07FF', '\u0800', '\uFFFF', '\u{1F600}'];
const HALVES = ['\uD83D', '\uDE00', '\uD7FF', '\uE000'];

test('is what encoding the text gives, halves of surrogate pairs included', () => {
  const all = PIECES.concat(HALVES);
  for (const first of all) {
    for (const second of all) {
      for (const third of all) {
        const text = first + second + third;
        expect(utf8Length(text), JSON.stringify(text)).toBe(new TextEncoder().encode(text).length);
      }
    }
  }
});
