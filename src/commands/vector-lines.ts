/** Reads files of recorded scenarios: `.jsonl` or `.jsonl.gz`, one scenario a line, as a stream. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LabError } from '../core/errors.js';

/** A scenario with its line, counted from 1. */
export interface Placed<T> {
  readonly line: number;
  readonly scenario: T;
}

/**
 * The scenarios of a file, one at a time: files may be larger than memory. Empty lines are passed over.
 *
 * @param parse - reads one line; throws a `SyntaxError` when it is none.
 * @throws {LabError} `USAGE` when the file cannot be read, is cut or malformed: with its line.
 */
export async function* readVectorLines<T>(
  file: string,
  parse: (line: string) => T,
): AsyncGenerator<Placed<T>> {
  let line = 0;
  try {
    for await (const content of linesOf(file)) {
      line++;
      if (content.trim() !== '') yield { line, scenario: parse(content) };
    }
  } catch (error) {
    if (error instanceof LabError || !(error instanceof Error)) throw error;
    if (isOfSystem(error)) throw unreadable(file, error);
    // a line that was read was counted; a file that breaks off did so in the next one
    throw malformed(file, error instanceof SyntaxError ? line : line + 1, error);
  }
}

/** The file could not be read at all, or no further: not a fault of what it holds. */
function isOfSystem(error: Error): boolean {
  return 'syscall' in error;
}

function unreadable(file: string, cause: Error): LabError {
  return new LabError('USAGE', `cannot read ${file}: ${cause.message}`, {
    hint: 'name files of recorded scenarios: .jsonl or .jsonl.gz',
    cause,
  });
}

/** A fault of a vector file, with its line. */
export function malformed(file: string, line: number, cause: Error): LabError {
  return new LabError('USAGE', `${file}, line ${line}: ${cause.message}`, {
    hint: 'expected one recorded scenario a line, as JSON; the file may be cut',
    cause,
  });
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  // a fault of the file reaches the reader through the decompressor
  const text = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  text.setEncoding('utf8');
  // a line may be long: only what is new is searched for its end
  let parts: string[] = [];
  for await (const chunk of text) {
    const [first = '', ...others] = String(chunk).split('\n');
    parts.push(first);
    for (const start of others) {
      yield parts.join('');
      parts = [start];
    }
  }
  const last = parts.join('');
  if (last !== '') yield last;
}
