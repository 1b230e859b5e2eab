/** Commands whose output nobody reads (`| head`): a reader that goes is no fault of theirs. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultyServer } from '../support/faulty-server.js';
import { endUnread } from '../support/lab-process.js';

describe('a command whose output is closed', () => {
  it.each([
    { name: 'that goes well', args: ['profile', 'spike'], code: 0 },
    { name: 'that prints help', args: ['--help'], code: 0 },
    { name: 'that gets a file that is no load', args: ['load', '--profile', 'x.md'], code: 2 },
    { name: 'that gets an unknown flag', args: ['report', '--no-such-flag'], code: 2 },
    { name: 'that gets a folder without a result', args: ['report', 'src'], code: 2 },
  ])('ends with its own code: one $name', async ({ args, code }) => {
    await expect(endUnread(args)).resolves.toEqual({ code, signal: null });
  });

  it('stops what it sends, as for a signal', async () => {
    const target = await faultyServer();
    onTestFinished(() => target.close());
    const args = ['load', '--url', target.url, '--rate', '10', '--duration', '1h'];

    await expect(endUnread(args)).resolves.toEqual({ code: 130, signal: null });
  });

  it.skipIf(!existsSync('/dev/full'))('is no success where the disk is full', async () => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));

    await expect(endUnread(['profile', 'spike'], full)).resolves.toEqual({ code: 1, signal: null });
  });
});
