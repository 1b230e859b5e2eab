/** A named measure: what thresholds, tables, comparisons and exports call a figure by. */
import type { Analysis } from '../analyze.js';
import type { MeasureUnit } from '../../core/measure-unit.js';
import type { Measure } from '../measure.js';

export type { MeasureUnit } from '../../core/measure-unit.js';

/** A figure of a run under a stable name. */
export interface MeasureDefinition {
  /** Dotted, camelCase, without the unit: `scaleUp.latency.p95`. Never changes its meaning. */
  readonly name: string;
  readonly unit: MeasureUnit;
  /** Which way is better; `neither` where that depends on what is wanted. */
  readonly better: 'lower' | 'higher' | 'neither';
  /** One sentence: what it tells. */
  readonly summary: string;
  /** How it is computed, in words or as a formula. */
  readonly formula: string;
  /** Which records it is computed from, and where the definition is from when it is not ours. */
  readonly source: string;
  /** What makes it absent. */
  readonly absentWhen: string;
  /** The part of an experiment without which it is never known; absent: it needs none. */
  readonly needs?: 'slo' | 'demandCurve' | undefined;
  /** True where a late load generator would spoil it: such figures are then not judged. */
  readonly needsPunctualSender: boolean;
  /** The figure of the whole run. */
  readonly of: (analysis: Analysis) => Measure;
  /** The figure of one stage of the load, by its name; only where that means something. */
  readonly inStage?: (analysis: Analysis, stage: string) => Measure;
}
