import { describe, expect, it } from 'vitest';
import { loadChanges, loadPieces } from '../../../src/analysis/load-changes.js';
import type { StageSpec } from '../../../src/load/profile-spec.js';
import { profileOf } from '../../../src/load/profile.js';

const STAGES: readonly StageSpec[] = [
  { name: 'calm', kind: 'constant', ratePerSecond: 5, durationMs: 4_000 },
  { name: 'climb', kind: 'ramp', fromPerSecond: 5, toPerSecond: 25, durationMs: 3_000 },
  { name: 'stairs', kind: 'step', fromPerSecond: 25, toPerSecond: 10, steps: 3, durationMs: 6_000 },
  {
    name: 'surge',
    kind: 'spike',
    basePerSecond: 10,
    peakPerSecond: 40,
    atMs: 2_000,
    lengthMs: 1_000,
    durationMs: 5_000,
  },
];

describe('the changes of a planned load', () => {
  it('are where the rate rises or falls, with the stage that begins there', () => {
    const changes = loadChanges(loadPieces({ stages: STAGES }), 1_000);

    expect(
      changes.map(({ t, fromPerSecond, toPerSecond, overMs, stage }) => [
        t,
        `${fromPerSecond} to ${toPerSecond}`,
        overMs,
        stage,
      ]),
    ).toEqual([
      [1_000, '0 to 5', 0, 'calm'],
      [5_000, '5 to 25', 3_000, 'climb'],
      [8_000, '25 to 20', 0, 'stairs'],
      [10_000, '20 to 15', 0, 'stairs'],
      [12_000, '15 to 10', 0, 'stairs'],
      [16_000, '10 to 40', 0, 'surge'],
      [17_000, '40 to 10', 0, 'surge'],
      [19_000, '10 to 0', 0, 'surge'],
    ]);
    expect(changes.map(({ direction }) => direction)).toEqual([
      'up',
      'up',
      'down',
      'down',
      'down',
      'up',
      'down',
      'down',
    ]);
  });

  it('of a ramp that begins with a jump are two', () => {
    const stages: readonly StageSpec[] = [
      { name: 'r', kind: 'ramp', fromPerSecond: 4, toPerSecond: 8, durationMs: 2_000 },
    ];

    expect(loadChanges(loadPieces({ stages }), 0)).toMatchObject([
      { t: 0, direction: 'up', fromPerSecond: 0, toPerSecond: 4, overMs: 0, stage: 'r' },
      { t: 0, direction: 'up', fromPerSecond: 4, toPerSecond: 8, overMs: 2_000, stage: 'r' },
      { t: 2_000, direction: 'down', fromPerSecond: 8, toPerSecond: 0, overMs: 0, stage: 'r' },
    ]);
  });

  it('do not stand between two stages of the same rate', () => {
    const stage = { kind: 'constant', ratePerSecond: 5, durationMs: 1_000 } as const;
    const pieces = loadPieces({
      stages: [
        { name: 'a', ...stage },
        { name: 'b', ...stage },
      ],
    });

    expect(pieces.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(loadChanges(pieces, 0).map(({ t }) => t)).toEqual([0, 2_000]);
  });

  it('come from pieces that have the same rate as the profile that is sent', () => {
    const profile = profileOf({ stages: STAGES });
    const pieces = loadPieces({ stages: STAGES });

    for (let ms = 0; ms < profile.durationMs; ms += 50) {
      const piece = pieces.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
      const share = piece === undefined ? 0 : (ms - piece.fromMs) / (piece.toMs - piece.fromMs);
      const rate = piece && piece.fromPerSecond + share * (piece.toPerSecond - piece.fromPerSecond);
      expect(rate, `at ${ms} ms`).toBeCloseTo(profile.ratePerSecondAt(ms), 9);
    }
  });
});
