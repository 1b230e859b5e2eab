/** Reads the recorded scenarios of `test/vectors`. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The scenarios of a gzipped file of vectors, one a line. */
export function readVectors<T>(name: string, parse: (line: string) => T): readonly T[] {
  const file = new URL(`../vectors/${name}`, import.meta.url);
  return gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n').map(parse);
}
