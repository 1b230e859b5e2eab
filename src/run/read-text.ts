/** Reads the files that an experiment names. */
import { readFileSync } from 'node:fs';
import type { ReadText } from '../experiment/read-files.js';

/** The text of a file, or the operating system's reason why there is none. */
export const readText: ReadText = (path) => {
  try {
    return { kind: 'text', text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { kind: 'unreadable', because: error instanceof Error ? error.message : String(error) };
  }
};
