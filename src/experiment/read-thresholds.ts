/** The `thresholds` part of an experiment file: read against its stages, its prices and the measures there are. */
import { fieldOf, valueAt } from '../core/json.js';
import { MEASURE_UNITS } from '../core/measure-unit.js';
import {
  PROMETHEUS_PRESETS,
  PROMETHEUS_STATISTICS,
  prometheusMeasureName,
} from '../core/prometheus-measures.js';
import { DEFAULT_PRICE } from './complete.js';
import type { Fault } from './fault.js';
import { stageNames } from './stage-names.js';
import { parseThreshold, type KnownMeasure, type Threshold } from './threshold.js';
import type { RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/** Optional parts of an experiment that measures are made from. */
const NEEDED = ['slo', 'demandCurve'] as const;

/** Reads thresholds, and tells what is wrong with them at their own place. */
export class ReadThresholds {
  readonly #measures: readonly KnownMeasure[];
  readonly #all: Threshold[] = [];

  constructor(measures: readonly KnownMeasure[]) {
    this.#measures = measures;
  }

  /**
   * Reads the list at a path and tells every fault in it. What is no list of texts is the schema's to
   * tell.
   *
   * @param chosen - the prices of the book that the experiment names; undefined when it names none.
   */
  faults(
    document: RawDocument,
    path: FieldPath,
    chosen: { readonly currency: string } | undefined,
  ): readonly Fault[] {
    const { content } = document;
    const texts = valueAt(content, path);
    if (!Array.isArray(texts)) return [];
    const context = {
      measures: [...this.#measures, ...prometheusMeasures(content)],
      stages: namesOfStages(content),
      currency: chosen?.currency ?? currencyOf(content),
      missing: NEEDED.filter((part) => valueAt(content, [part]) === undefined),
    };
    return texts.flatMap((text: unknown, index) => {
      if (typeof text !== 'string' || text === '') return [];
      const parsed = parseThreshold(text, context);
      if (parsed.kind === 'faults') {
        return parsed.faults.map((fault) => document.faultWithin([...path, index], fault));
      }
      this.#all.push(parsed.threshold);
      return [];
    });
  }

  /** The thresholds without faults, in the file's order. */
  get all(): readonly Threshold[] {
    return this.#all;
  }
}

/** Figures that the experiment's own Prometheus adds; none when it names no Prometheus. */
function prometheusMeasures(content: unknown): readonly KnownMeasure[] {
  if (valueAt(content, ['prometheus']) === undefined) return [];
  const own = valueAt(content, ['prometheus', 'queries']);
  const named = (Array.isArray(own) ? own : []).flatMap((query: unknown) => {
    const name = fieldOf(query, 'name');
    const written = fieldOf(query, 'unit') ?? 'ratio';
    const unit = MEASURE_UNITS.find((known) => known === written);
    return typeof name === 'string' && unit !== undefined ? [{ name, unit }] : [];
  });
  return [...PROMETHEUS_PRESETS, ...named].flatMap(({ name, unit }) =>
    PROMETHEUS_STATISTICS.map((statistic) => ({
      name: prometheusMeasureName(name, statistic),
      unit,
      inStage: true,
    })),
  );
}

/** Undefined while a stage has no name that could be compared. */
function namesOfStages(content: unknown): readonly string[] | undefined {
  if (valueAt(content, ['load', 'model']) === 'closed') return [];
  const stages = valueAt(content, ['load', 'stages']);
  return Array.isArray(stages) ? stageNames(stages) : undefined;
}

/** Of prices that stand in the experiment itself; undefined while they have none. */
function currencyOf(content: unknown): string | undefined {
  if (valueAt(content, ['price']) === undefined) return DEFAULT_PRICE.currency;
  const currency = valueAt(content, ['price', 'currency']);
  return typeof currency === 'string' ? currency : undefined;
}
