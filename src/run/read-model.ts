/** Reads a calibrated model from its file. */
import { readFileSync } from 'node:fs';
import { parseModelFile, type ModelFile } from '../calibration/model-file.js';
import { LabError } from '../core/errors.js';
import { formatFault } from '../experiment/fault.js';

/**
 * The model of a file.
 *
 * @throws {LabError} `RESULT_INVALID` when it cannot be read, is of another version, or has faults: all of them.
 */
export function readModel(path: string): ModelFile {
  const parsed = parseModelFile(textOf(path), path);
  if (parsed.kind === 'model') return parsed.file;
  const count = parsed.faults.length;
  const title = `${path}: ${count === 1 ? 'a fault' : `${count} faults`}`;
  throw new LabError('RESULT_INVALID', [title, ...parsed.faults.map(formatFault)].join('\n  '), {
    hint: 'make it anew: npm run calibrate -- <result folders> --out model.json',
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('RESULT_INVALID', `cannot read the model file ${path}: ${reason}`, {
      hint: 'npm run calibrate -- <result folders> --out model.json writes one',
      cause: error,
    });
  }
}
