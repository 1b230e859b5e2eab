/** Reads the flags of a command one by one, so that all that is wrong with them is told at once. */
import type { z } from 'zod';
import { LabError } from '../core/errors.js';
import type { ReadResult } from '../run/read-load.js';

const NUMBER = /^\d+(?:\.\d+)?$/;

/** Reads single flags; what is wrong is added to the faults. */
export class FlagReader<F extends object> {
  readonly flags: F;
  readonly #faults: string[];

  constructor(flags: F, faults: string[]) {
    this.flags = flags;
    this.#faults = faults;
  }

  /** Adds a fault: `--rate: expected a rate above 0, found "0"`. */
  fault(flag: string, expected: string, found: string): void {
    this.#faults.push(`${flag}: expected ${expected}, found ${found}`);
  }

  /** The flag's value; undefined when it was not given, or is wrong. */
  value<S extends z.ZodType>(name: keyof F & string, schema: S): z.output<S> | undefined {
    const typed: unknown = this.flags[name];
    if (typeof typed !== 'string') return undefined;
    const parsed = schema.safeParse(NUMBER.test(typed) ? Number(typed) : typed);
    if (parsed.success) return parsed.data;
    this.fault(flagOf(name), parsed.error.issues[0]?.message ?? 'another value', quoted(typed));
    return undefined;
  }

  /** What a file says; undefined when it was not given, or has faults. */
  file<T>(name: keyof F & string, open: (path: string) => ReadResult<T>): T | undefined {
    const path: unknown = this.flags[name];
    if (typeof path !== 'string') return undefined;
    const read = open(path);
    if (read.kind === 'value') return read.value;
    this.#faults.push(...read.faults);
    return undefined;
  }
}

/** `maxInFlight` as it is typed: `--max-in-flight`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What was typed, in quotes. */
export function quoted(found: string): string {
  return `"${found}"`;
}

/** All faults of a command line as one error, code `USAGE`. */
export function usageError(faults: readonly string[], hint: string): LabError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  return new LabError('USAGE', [`the command line has ${count}`, ...faults].join('\n  '), { hint });
}
