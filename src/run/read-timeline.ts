/** Reads a run's timeline from its folder. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { LabError } from '../core/errors.js';
import { type DecodedTimeline, TimelineDecoder } from '../timeline/codec.js';
import { RESULT_FILES } from './result-folder.js';

/**
 * The timeline of a result folder, without what the harness used itself (see `DecodeOptions`).
 *
 * @throws {LabError} `RESULT_INVALID` when there is none or a line of it is no record.
 */
export function readTimeline(folder: string): DecodedTimeline {
  const path = join(folder, RESULT_FILES.timeline);
  const decoder = new TimelineDecoder(path, { hasHarness: false });
  try {
    readPieces(path, (piece) => decoder.push(piece));
  } catch (error) {
    if (error instanceof LabError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('RESULT_INVALID', `cannot read the timeline of ${folder}: ${reason}`, {
      hint: 'name a result folder: results/<experiment>/<run>',
      cause: error,
    });
  }
  return decoder.end();
}

/** Larger pieces are slower: V8 keeps strings of more than 128 KiB apart from all others. */
const PIECE_BYTES = 64 * 1_024;

/** Nothing else is to be done meanwhile, and a stream takes twice the time: so it is read at a stretch. */
function readPieces(path: string, take: (piece: string) => void): void {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(PIECE_BYTES);
    const text = new StringDecoder('utf8');
    for (
      let read = readSync(file, bytes, 0, PIECE_BYTES, null);
      read > 0;
      read = readSync(file, bytes, 0, PIECE_BYTES, null)
    ) {
      take(text.write(bytes.subarray(0, read)));
    }
    take(text.end());
  } finally {
    closeSync(file);
  }
}
