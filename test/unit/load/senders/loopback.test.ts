import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../../src/load/senders/reach-target.js';

describe('an address of this machine alone', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.1.2.3'])(
    '%s',
    (address) => {
      expect(isLoopback(address)).toBe(true);
    },
  );
});

describe('an address that may be anybody', () => {
  it.each([
    '10.0.0.1',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '::ffff:10.0.0.1',
    'fe80::1',
    '192.168.1.127',
    'localhost',
    '127.0.0.1.example.com',
    '',
  ])('%s', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});
