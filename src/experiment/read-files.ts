/** The files that an experiment names: recordings of rates and demand curves, each read once. */
import { fieldOf } from '../core/json.js';
import type { DemandCurve } from '../load/demand-curve.js';
import { recordedAccessLog } from '../load/replay/access-log.js';
import { recordedAzureFunctions } from '../load/replay/azure-functions.js';
import { recordedPrometheusJson } from '../load/replay/prometheus-json.js';
import { recordedCsv } from '../load/replay/rate-csv.js';
import type { Recorded, Recording } from '../load/replay/recording.js';
import { parseDemandCurve } from './demand-curve-file.js';
import type { Fault } from './fault.js';
import { RECORDING_FORMATS, type StageInput } from './stage-schema.js';
import type { RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/** Reads a file whole, or says why it cannot be read. */
export type ReadText = (
  path: string,
) =>
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly because: string };

/** A recording as a stage names it. */
export type RecordingChoice = Pick<
  Extract<StageInput, { kind: 'replay' }>,
  'file' | 'format' | 'function' | 'row'
>;

/** Reads files as an experiment asks for them, and tells what is wrong with them at their own place. */
export class ReadFiles {
  readonly #resolvePath: (path: string) => string;
  readonly #readText: ReadText;
  readonly #recordings = new Map<string, Recorded>();
  #demandCurve: DemandCurve | undefined;

  constructor(from: {
    readonly resolvePath: (path: string) => string;
    readonly readText?: ReadText;
  }) {
    this.#resolvePath = from.resolvePath;
    this.#readText = from.readText ?? noFiles;
  }

  /** Reads the recording of the replay stage at a path; what the schema tells is not told again. */
  recordingFaults(document: RawDocument, stage: unknown, path: FieldPath): readonly Fault[] {
    const choice = choiceOf(stage);
    if (choice === undefined) return [];
    const read = this.#read(document, choice.file, [...path, 'file']);
    if (read.kind === 'fault') return [read.fault];
    const recording = READERS[choice.format](read.text, choice);
    if (recording.kind === 'recorded') {
      this.#recordings.set(keyOf(choice), recording);
      return [];
    }
    return recording.faults.map(({ line, column, expected, found }) => {
      return { fileName: read.path, line, column, path: '', expected, found };
    });
  }

  /** The recording that a stage without faults names. */
  recording(choice: RecordingChoice): Recorded {
    const recording = this.#recordings.get(keyOf(choice));
    if (recording === undefined) throw new TypeError(`${choice.file} was not read`);
    return recording;
  }

  /** Reads the demand curve whose path stands at a path; no fault when there is none. */
  demandCurveFaults(document: RawDocument, path: FieldPath): readonly Fault[] {
    const [field = ''] = path;
    const file = fieldOf(document.content, field);
    if (typeof file !== 'string' || file === '') return [];
    const read = this.#read(document, file, path);
    if (read.kind === 'fault') return [read.fault];
    const parsed = parseDemandCurve(read.text, { fileName: read.path, source: file });
    if (parsed.kind === 'faults') return parsed.faults;
    this.#demandCurve = parsed.value;
    return [];
  }

  /** The demand curve, when the experiment names one. */
  get demandCurve(): DemandCurve | undefined {
    return this.#demandCurve;
  }

  #read(document: RawDocument, file: string, path: FieldPath) {
    const full = this.#resolvePath(file);
    const read = this.#readText(full);
    if (read.kind === 'text') return { kind: 'text', text: read.text, path: full } as const;
    const fault = document.fault(path, 'a file that can be read', `"${file}": ${read.because}`);
    return { kind: 'fault', fault } as const;
  }
}

const noFiles: ReadText = () => ({ kind: 'unreadable', because: 'no files are read here' });

/** The choice of a stage that may have other faults; undefined when it names no recording at all. */
function choiceOf(stage: unknown): RecordingChoice | undefined {
  const file = fieldOf(stage, 'file');
  const format = RECORDING_FORMATS.find((known) => known === fieldOf(stage, 'format'));
  if (typeof file !== 'string' || file === '' || format === undefined) return undefined;
  const name = fieldOf(stage, 'function');
  const row = fieldOf(stage, 'row');
  return {
    file,
    format,
    ...(typeof name === 'string' ? { function: name } : {}),
    ...(typeof row === 'number' ? { row } : {}),
  };
}

function keyOf({ file, format, function: name, row }: RecordingChoice): string {
  return JSON.stringify([file, format, name, row]);
}

const READERS: Readonly<
  Record<RecordingChoice['format'], (text: string, choice: RecordingChoice) => Recording>
> = {
  csv: recordedCsv,
  'access-log': recordedAccessLog,
  prometheus: recordedPrometheusJson,
  'azure-functions': (text, { function: name, row }) =>
    recordedAzureFunctions(text, {
      ...(name === undefined ? {} : { function: name }),
      ...(row === undefined ? {} : { row }),
    }),
};
