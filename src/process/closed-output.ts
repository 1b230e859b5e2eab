/** What becomes of a command whose output nobody reads any more (`| head`), or cannot be written. */

/** How the system says that the reader of a pipe, or the terminal, is gone. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);
const FAILED_EXIT = 1;

/** Whether a stream's error says no more than that its reader is gone. */
export function isClosedOutput(error: Error): boolean {
  return 'code' in error && CLOSED.has(String(error.code));
}

/**
 * From now on a reader that goes is no fault: what nobody reads is dropped and the command's own exit
 * code counts. Output that is refused for another reason (a full disk) is told, with exit code 1
 * where all else went well.
 */
export function outliveReaders(): void {
  process.stderr.on('error', () => undefined); // there is nowhere left to tell it
  let isTold = false;
  process.stdout.on('error', (error) => {
    if (isTold || isClosedOutput(error)) return;
    isTold = true;
    process.stderr.write(`\nthe output could not be written: ${error.message}\n`);
    process.once('exit', (code) => {
      if (code === 0) process.exitCode = FAILED_EXIT;
    });
  });
}
