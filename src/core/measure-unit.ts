/** The units in which figures of a run are counted, wherever they are named. */

/**
 * The units in which measures are counted.
 *
 * - `ms`: milliseconds.
 * - `share`: a part of the whole; 0 is none, 1 is all. Written as percent.
 * - `count`: a whole number of things.
 * - `perSecond`, `perHour`: how often.
 * - `currency`: money; which currency the analysis says.
 * - `millicores`, `bytes`, `podSeconds`, `nodeSeconds`: resources.
 * - `ratio`: a bare number.
 */
export const MEASURE_UNITS = [
  'ms',
  'share',
  'count',
  'perSecond',
  'perHour',
  'currency',
  'millicores',
  'bytes',
  'podSeconds',
  'nodeSeconds',
  'ratio',
] as const;

/** See {@link MEASURE_UNITS}. */
export type MeasureUnit = (typeof MEASURE_UNITS)[number];
