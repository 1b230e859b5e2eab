/** Reads a run's timeline from its folder. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../core/errors.js';
import { type DecodedTimeline, TimelineDecoder } from '../timeline/codec.js';
import { RESULT_FILES } from './result-folder.js';

/** Read at once; larger ones are no faster. */
const CHUNK_BYTES = 256 * 1_024;

/**
 * The timeline of a result folder, without what the harness used itself (see `DecodeOptions`).
 *
 * @throws {LabError} `RESULT_INVALID` when there is none or a line of it is no record.
 */
export async function readTimeline(folder: string): Promise<DecodedTimeline> {
  const path = join(folder, RESULT_FILES.timeline);
  const decoder = new TimelineDecoder(path, { hasHarness: false });
  const file = createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK_BYTES });
  try {
    for await (const chunk of file) decoder.push(String(chunk));
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
