/** Named measures without a figure, by the reason why there is none. */
import { measuresOf } from '../../analysis/catalogue/prometheus-measures.js';
import type { Analysis } from '../../analysis/analyze.js';
import { wrapped } from '../format.js';

const INDENT = 2;

/** One entry a reason, the one that explains most first; empty when every measure has a figure. */
export function absentLines(analysis: Analysis, columns: number): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { name, of } of measuresOf(analysis)) {
    const figure = of(analysis);
    if (figure.kind === 'measured') continue;
    names.set(figure.because, [...(names.get(figure.because) ?? []), name]);
  }
  if (names.size === 0) return [];
  const count = [...names.values()].reduce((sum, { length }) => sum + length, 0);
  const reasons = [...names].toSorted(([, a], [, b]) => b.length - a.length);
  return [
    `Not known (${count} of ${measuresOf(analysis).length} measures; names as in thresholds)`,
    ...reasons.flatMap(([because, all]) =>
      wrapped(`${because}: ${shortened(all).join(', ')}`, columns - 2 * INDENT).map(
        (line, row) => `${' '.repeat(row === 0 ? INDENT : 2 * INDENT)}${line}`,
      ),
    ),
  ];
}

/** `scaleDown.latency.p50, .p95`: a beginning that the name before has too is not said again. */
function shortened(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const stem = name.slice(0, name.lastIndexOf('.'));
    const before = names[index - 1];
    const isShared = before !== undefined && before.slice(0, before.lastIndexOf('.')) === stem;
    return isShared && stem !== '' ? name.slice(stem.length) : name;
  });
}
