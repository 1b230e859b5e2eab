import { describe, expect, it } from 'vitest';
import { figureBesideLimit, figureText } from '../../../src/report/figure-text.js';

describe('a figure', () => {
  it.each([
    ['ms', 339.4, '339ms'],
    ['ms', 51_000, '51.0s'],
    ['ms', 125_000, '2m 05s'],
    ['share', 0.0018, '0.18 %'],
    ['count', 3_870, '3,870'],
    ['count', 2.5, '2.5'],
    ['perSecond', 45, '45/s'],
    ['perHour', 0.25, '0.25/h'],
    ['currency', 0.4, '0.40 USD'],
    ['millicores', 250, '250m'],
    ['bytes', 1.5 * 1024 ** 3, '1.5 GiB'],
    ['bytes', 12, '12 B'],
    ['podSeconds', 1_105, '1,105 pod-seconds'],
    ['nodeSeconds', 60, '60 node-seconds'],
    ['ratio', 1.23456, '1.235'],
  ] as const)('in %s of %d reads %s', (unit, value, text) => {
    expect(figureText(value, unit, 'USD')).toBe(text);
  });
});

describe('a figure beside its limit', () => {
  it.each([
    { name: 'is rounded where that tells the two apart', of: [339.4, 300, 'ms'], text: '339ms' },
    { name: 'that is the limit is rounded', of: [300, 300, 'ms'], text: '300ms' },
    { name: 'has its digits where rounding hides it', of: [300.4, 300, 'ms'], text: '300.4ms' },
    { name: 'does so in percent', of: [0.01003, 0.01, 'share'], text: '1.003 %' },
    { name: 'does so in money', of: [0.4004, 0.4, 'currency'], text: '0.4004 USD' },
    { name: 'does so in bytes', of: [1024 ** 3 + 1, 1024 ** 3, 'bytes'], text: '1073741825 B' },
  ] as const)('$name', ({ of: [value, limit, unit], text }) => {
    expect(figureBesideLimit(value, limit, { unit, currency: 'USD' })).toBe(text);
  });
});
