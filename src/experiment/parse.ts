/** Reads an experiment file: either the whole experiment, or every fault at once with its place. */
import { completeExperiment } from './complete.js';
import { withSaidDelays } from './complete-embedded.js';
import type { Experiment } from './experiment.js';
import { existingFaults } from './existing-faults.js';
import type { Fault } from './fault.js';
import { plannedFaultPlaces } from './planned-fault-schema.js';
import { processFaults, senderPlaceFaults } from './process-faults.js';
import { ReadFiles, type ReadText } from './read-files.js';
import { requestPlaceFaults } from './request-places.js';
import { experimentSchema } from './schema.js';
import { ReadPrices } from './read-prices.js';
import { ReadThresholds } from './read-thresholds.js';
import { silenceFaults, stageFaults } from './stage-faults.js';
import type { KnownMeasure } from './threshold.js';
import { parseYamlDocument, type RawDocument } from './yaml-document.js';
import type { DocumentSource } from './yaml-source.js';

/** Where the text is from, and how the files that it names are read. */
export interface ExperimentContext {
  /** For messages. */
  readonly fileName: string;
  /** Makes a path of the file absolute; paths are relative to the file. */
  readonly resolvePath: (path: string) => string;
  /** Reads a file that the experiment names; without it naming one is a fault. */
  readonly readText?: ReadText;
  /** The measures that thresholds may name: `MEASURES` of the catalogue. */
  readonly measures: readonly KnownMeasure[];
}

/** What came of it. */
export type ParsedExperiment =
  | { readonly kind: 'experiment'; readonly experiment: Experiment }
  /** At least one, in the file's order. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/**
 * The experiment that a YAML text describes.
 *
 * Faults of the YAML syntax are told alone, because behind them the structure is a guess.
 */
export function parseExperiment(
  text: string | DocumentSource,
  context: ExperimentContext,
): ParsedExperiment {
  const files = new ReadFiles(context);
  const prices = new ReadPrices(context);
  const thresholds = new ReadThresholds(context.measures);
  const parsed = parseYamlDocument(text, {
    fileName: context.fileName,
    schema: experimentSchema,
    otherFaults: (document) => [
      ...crossFaults(document, files),
      ...prices.faults(document, ['price']),
      ...thresholds.faults(document, ['thresholds'], prices.chosen),
    ],
  });
  if (parsed.kind === 'faults') return parsed;
  const completed = completeExperiment(parsed.value, {
    ...context,
    files,
    thresholds: thresholds.all,
    prices: prices.chosen,
  });
  const embedded = withSaidDelays(completed.embedded, parsed.document.content);
  const experiment = { ...completed, embedded };
  const plan = experiment.load;
  const faults = [
    ...silenceFaults(parsed.document, { path: ['load', 'stages'], plan }),
    ...processFaults(parsed.document, { path: ['load'], plan }),
  ];
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'experiment', experiment };
}

/** Rules between fields and faults of named files, on the raw content, told beside all other faults. */
function crossFaults(document: RawDocument, files: ReadFiles): readonly Fault[] {
  return [
    ...stageFaults(document, { path: ['load', 'stages'], files }),
    ...existingFaults(document),
    ...plannedFaultPlaces(document),
    ...requestPlaceFaults(document, ['load']),
    ...senderPlaceFaults(document, ['load']),
    ...files.demandCurveFaults(document, ['demandCurve']),
  ];
}
