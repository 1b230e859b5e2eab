/** Connects to a container's first process. */
import type { ChildProcess } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import type { Readable } from 'node:stream';
import type { CommandEnd, RunningCommand } from '../streams/container-access.js';
import { commandEnd } from './command-output.js';

/** A client that is further behind misses what comes; the container never waits for it. */
const MAX_WAITING_BYTES = 8 * 1_024 * 1_024;

/**
 * The output of a process from now on, and its input where it was started with one. How it ended is
 * not told, as upstream does not: the end of the container is success.
 *
 * @param process_ - absent: the container has not started.
 * @param options - `closesInput`: the input ends when this client leaves (`stdinOnce`).
 */
export function attachTo(
  process_: ChildProcess | undefined,
  { closesInput }: { readonly closesInput: boolean },
): RunningCommand {
  const input = inputOf(process_, closesInput);
  const stdout = heard(process_?.stdout ?? undefined);
  const stderr = heard(process_?.stderr ?? undefined);
  const end: Promise<CommandEnd> =
    process_ === undefined
      ? Promise.resolve({ kind: 'failed', message: 'the container has not started' })
      : commandEnd(process_).then(() => ({ kind: 'exited', code: 0 }));
  return {
    stdin: input,
    stdout: stdout.output,
    stderr: stderr.output,
    end,
    resize: () => undefined,
    leave: () => {
      stdout.stop();
      stderr.stop();
      input?.end();
    },
  };
}

/** What is written goes to the process; it stays open for the next client unless it is for one only. */
function inputOf(process_: ChildProcess | undefined, closes: boolean): Writable | undefined {
  const target = process_?.stdin ?? undefined;
  if (target === undefined) return undefined;
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (target.writable) target.write(chunk, () => done());
      else done();
    },
    final: (done) => {
      if (closes) target.end();
      done();
    },
  });
}

function heard(source: Readable | undefined): {
  readonly output: Readable;
  readonly stop: () => void;
} {
  const output = new PassThrough();
  if (source === undefined) {
    output.end();
    return { output, stop: () => undefined };
  }
  const take = (chunk: Buffer | string): void => {
    if (output.writableLength + output.readableLength < MAX_WAITING_BYTES) output.write(chunk);
  };
  const stop = (): void => {
    source.off('data', take);
    source.off('close', stop);
    if (!output.writableEnded) output.end();
  };
  source.on('data', take);
  source.once('close', stop);
  return { output, stop };
}
