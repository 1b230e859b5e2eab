/** Signals of the operating system as an abort; output that nobody reads any more is one as well. */
import { isClosedOutput } from '../process/closed-output.js';

/** An abort that signals raise. */
export interface StopSignals {
  /**
   * Aborts at the first SIGINT, SIGTERM or SIGHUP, its reason the signal's name; also when the reader of
   * the output is gone (`| head`).
   */
  readonly signal: AbortSignal;
  /** Leaves signals alone again. */
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const INTERRUPTED_EXIT = 130;
const CLOSED_OUTPUT = 'an output that nobody reads any more';

/**
 * From now on the first signal asks for an orderly end and the second ends the process at once (the
 * run's guard then cleans up).
 *
 * @param doing - what follows the first signal, for its message.
 */
export function stopOnSignals(doing = 'tearing down'): StopSignals {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      process.stderr.write(`\n${signal} again: ending at once\n`);
      process.exit(INTERRUPTED_EXIT);
    }
    process.stderr.write(`\n${signal}: ${doing} (once more ends at once)\n`);
    controller.abort(signal);
  };
  const onOutputError = (error: Error): void => {
    if (controller.signal.aborted || !isClosedOutput(error)) return;
    process.stderr.write(`\nnobody reads the output any more: ${doing}\n`);
    controller.abort(CLOSED_OUTPUT);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.stdout.on('error', onOutputError);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.stdout.off('error', onOutputError);
    },
  };
}
