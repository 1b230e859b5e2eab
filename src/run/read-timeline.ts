/** Reads a run's timeline from its folder. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../core/errors.js';
import { type DecodedTimeline, TimelineDecoder } from '../timeline/codec.js';
import { RESULT_FILES } from './result-folder.js';

/**
 * The timeline of a result folder.
 *
 * @throws {LabError} `RESULT_INVALID` when there is none or a line of it is no record.
 */
export async function readTimeline(folder: string): Promise<DecodedTimeline> {
  const path = join(folder, RESULT_FILES.timeline);
  const decoder = new TimelineDecoder(path);
  try {
    for await (const chunk of createReadStream(path, 'utf8')) decoder.push(String(chunk));
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
