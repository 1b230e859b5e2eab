/** Reads the load of a file that need be no whole experiment: `stages` alone are enough. */
import { isRecord, valueAt } from '../core/json.js';
import type { SessionSpec } from '../load/request-spec.js';
import type { ConnectionPolicy, LoadPlan } from '../load/sender.js';
import { completeLoad } from './complete-load.js';
import { completeRequests } from './complete-requests.js';
import type { Fault } from './fault.js';
import { loadFileSchema, requestsFileSchema } from './load-schema.js';
import { processFaults, senderPlaceFaults } from './process-faults.js';
import { ReadFiles, type ReadText } from './read-files.js';
import { requestPlaceFaults } from './request-places.js';
import { silenceFaults, stageFaults } from './stage-faults.js';
import { parseYamlDocument } from './yaml-document.js';
import { YamlSource } from './yaml-source.js';

/** Where the text is from, and how the recordings that it names are read. */
export interface LoadFileContext {
  readonly fileName: string;
  readonly resolvePath: (path: string) => string;
  readonly readText: ReadText;
  /** Instead of the seed that the file names. */
  readonly seed?: number;
  /** Where the file names none; absent: what an experiment has then. */
  readonly connections?: ConnectionPolicy;
}

/** What came of it. */
export type ParsedLoad =
  | { readonly kind: 'load'; readonly plan: LoadPlan }
  /** At least one, in the file's order. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/**
 * The load of a file: of an experiment its `load` (whatever else is in it), else the file itself.
 *
 * The seed is the one that stands in the load or at the top of the file, else 1.
 */
export function parseLoad(text: string, context: LoadFileContext): ParsedLoad {
  const { fileName } = context;
  const files = new ReadFiles(context);
  const whole = contentOf(text);
  const root = isRecord(valueAt(whole, ['load'])) ? ['load'] : [];
  const parsed = parseYamlDocument(text, {
    fileName,
    schema: loadFileSchema,
    root,
    otherFaults: (document) => [
      ...stageFaults(document, { path: ['stages'], files }),
      ...requestPlaceFaults(document, []),
      ...senderPlaceFaults(document, []),
    ],
  });
  if (parsed.kind === 'faults') return parsed;
  const seed = context.seed ?? parsed.value.seed ?? seedOf(valueAt(whole, ['seed']));
  const areNamed = valueAt(whole, [...root, 'connections']) !== undefined;
  const plan = {
    ...completeLoad(parsed.value, { seed, files }),
    ...(areNamed || context.connections === undefined ? {} : { connections: context.connections }),
  };
  const faults = [
    ...silenceFaults(parsed.document, { path: ['stages'], plan }),
    ...processFaults(parsed.document, { path: [], plan }),
  ];
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'load', plan };
}

/** What came of a file of requests. */
export type ParsedRequests =
  | { readonly kind: 'requests'; readonly requests: readonly SessionSpec[] }
  /** At least one, in the file's order. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/** What arrivals ask, from a file that holds nothing else. */
export function parseRequests(text: string, fileName: string): ParsedRequests {
  const parsed = parseYamlDocument(text, {
    fileName,
    schema: requestsFileSchema,
    otherFaults: (document) => requestPlaceFaults(document, []),
  });
  return parsed.kind === 'faults'
    ? parsed
    : { kind: 'requests', requests: completeRequests(parsed.value) };
}

const DEFAULT_SEED = 1;

function seedOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : DEFAULT_SEED;
}

/** What the file says; undefined when it is no YAML, which is told when it is parsed. */
function contentOf(text: string): unknown {
  const source = new YamlSource(text);
  try {
    return source.syntaxFaults().length === 0 ? source.value() : undefined;
  } catch {
    return undefined; // told with its place by parseYamlDocument
  }
}
