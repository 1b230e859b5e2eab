/** The lab's one error class and its closed table of codes. */

/**
 * Every code with its exit code and what it means.
 *
 * Exit codes: 1 our fault, 2 bad input, 3 cluster, 4 a threshold failed, 130 interrupted.
 */
export const ERRORS = {
  INTERNAL: { exit: 1, meaning: 'a fault of hpa-lab itself; please report it' },
  USAGE: {
    exit: 2,
    meaning: 'the command line names something that does not exist or is malformed',
  },
  EXPERIMENT_NOT_FOUND: { exit: 2, meaning: 'no experiment of that name or path' },
  EXPERIMENT_INVALID: {
    exit: 2,
    meaning: 'the experiment file has faults; each is listed with its place',
  },
  MANIFEST_INVALID: {
    exit: 2,
    meaning: 'a manifest cannot be read or was refused by the API server',
  },
  LOAD_INVALID: { exit: 2, meaning: 'the load cannot be sent as described' },
  RESULT_INVALID: {
    exit: 2,
    meaning: 'a result folder is missing something or was written by another version',
  },
  ADDRESS_IN_USE: { exit: 3, meaning: 'an address or port that was asked for is taken' },
  CLUSTER_FAILED: { exit: 3, meaning: 'the cluster did not start or stopped answering' },
  SERVICE_NEVER_READY: { exit: 3, meaning: 'the service under test did not become ready in time' },
  SENDER_FAILED: { exit: 3, meaning: 'the load generator ended before its work was done' },
  THRESHOLD_FAILED: { exit: 4, meaning: 'a threshold of the experiment did not hold' },
  INTERRUPTED: { exit: 130, meaning: 'stopped by a signal; the partial result was kept' },
} as const satisfies Record<string, { exit: number; meaning: string }>;

/** One of the codes of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/**
 * An error whose text a user can act on.
 *
 * `message` says what was expected, what was found and where; `hint` says what to do next.
 */
export class LabError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  /** @param options - `hint`: what to do next; `cause`: the error this one explains. */
  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    this.hint = options.hint;
  }

  /** The process exit code that belongs to this error. */
  get exitCode(): number {
    return ERRORS[this.code].exit;
  }
}
