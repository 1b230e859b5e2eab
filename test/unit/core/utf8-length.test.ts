import { Buffer } from 'node:buffer';
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Length } from '../../../src/core/utf8-length.js';

test('is what encoding the text gives, half surrogate pairs included', () => {
  assert(
    property(string({ unit: 'binary' }), string({ unit: 'grapheme' }), (a, b) => {
      const half = `${a}\uD83D${b}\uDE00\uD83D`;
      for (const text of [a, b, half]) {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text, 'utf8'));
        expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
      }
    }),
  );
});
