/** Ties a helper process to the one that started it. */

/**
 * Ends this process when the channel to its parent closes, and leaves Ctrl-C to the parent, which
 * gets it too and ends its children in its own order.
 *
 * @param beforeEnd - what else must be undone; synchronous.
 */
export function endWithParent(beforeEnd: () => void = () => undefined): void {
  process.on('disconnect', () => {
    beforeEnd();
    process.exit(0);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => undefined);
  }
  if (process.send === undefined) {
    process.stderr.write('this program is started by hpa-lab, not by hand\n');
    process.exit(2);
  }
}
