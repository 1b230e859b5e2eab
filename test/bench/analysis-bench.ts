/** How long the analysis of an hour of 50 pods takes from its file, and how much memory. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RESULT_FILES } from '../../src/run/result-folder.js';
import { encodeRecord } from '../../src/timeline/codec.js';
import type { Timeline } from '../../src/timeline/record.js';
import { anHour } from '../support/an-hour.js';
import { type BenchFigure, median } from './figure.js';

const RECORDS = 2_000_000;
const PODS = 50;
const ROUNDS = 5;
// From dist/bench-build/test/bench, where this runs.
const BUILT = fileURLToPath(new URL('../../..', import.meta.url));
const PROCESS = join(BUILT, '../test/support/analyzing-process.mjs');

/** Reading and analyzing, each time in a new process: time, CPU time and the most memory it held. */
export function benchAnalysis(): Promise<readonly BenchFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-bench-'));
  try {
    const file = join(folder, RESULT_FILES.timeline);
    writeTimeline(file, anHour({ pods: PODS, records: RECORDS }));
    const megabytes = Math.round(statSync(file).size / 1e6);
    const rounds = Array.from({ length: ROUNDS }, () => analyzed(folder));
    const of = `an hour, ${PODS} pods, ${RECORDS.toLocaleString('en-US')} records (${megabytes} MB)`;
    const seconds = (what: (round: Round) => number): number => median(rounds.map(what)) / 1_000;
    return Promise.resolve([
      { name: 'reading it', value: seconds(({ readMs }) => readMs), unit: 's', note: of },
      {
        name: 'reading and analyzing it',
        value: seconds(({ elapsedMs }) => elapsedMs),
        unit: 's',
        limit: 3,
        note: of,
      },
      { name: 'CPU time of both', value: seconds(({ cpuMs }) => cpuMs), unit: 's', note: of },
      {
        name: 'most memory that the process held',
        value: median(rounds.map(({ peakBytes }) => peakBytes)) / 1e6,
        unit: 'MB',
        limit: 400,
        note: of,
      },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A piece at a time: as one text it would be too long for a string. */
function writeTimeline(path: string, { header, records }: Timeline): void {
  const file = openSync(path, 'w');
  try {
    let piece = encodeRecord(header);
    for (const record of records) {
      piece += encodeRecord(record);
      if (piece.length < 1_000_000) continue;
      writeSync(file, piece);
      piece = '';
    }
    writeSync(file, piece);
  } finally {
    closeSync(file);
  }
}

/** What the process tells of itself. */
interface Round {
  readonly readMs: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

function analyzed(folder: string): Round {
  const told: unknown = JSON.parse(
    execFileSync(process.execPath, [PROCESS, BUILT, folder], { encoding: 'utf8' }),
  );
  if (isRound(told)) return told;
  throw new Error(`expected figures of the process, got ${JSON.stringify(told)}`);
}

function isRound(value: unknown): value is Round {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['readMs', 'elapsedMs', 'cpuMs', 'peakBytes'].every(
      (name) => name in value && typeof Reflect.get(value, name) === 'number',
    )
  );
}
