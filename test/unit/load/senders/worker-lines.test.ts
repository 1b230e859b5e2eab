import { describe, expect, it } from 'vitest';
import { toldLine } from '../../../../src/load/senders/worker-messages.js';
import type { FromSender } from '../../../../src/load/senders/sender-messages.js';
import { WorkerLines } from '../../../../src/load/senders/worker-lines.js';

const cases = [
  { name: 'lines in order are told at once', lines: [0, 1, 2], told: [0, 1, 2] },
  { name: 'lines that come twice are told once', lines: [0, 1, 0, 1, 2], told: [0, 1, 2] },
  { name: 'a line that comes early waits for those before it', lines: [0, 2, 1], told: [0, 1, 2] },
  { name: 'what comes after a missing line is held back', lines: [0, 2, 3], told: [0], missing: 1 },
];

describe('numbered lines of a worker', () => {
  it.each(cases)('$name', ({ lines, told, missing }) => {
    const { taken, all } = taking();

    for (const number of lines) all.take(lineOf(number));

    expect(taken).toEqual(told);
    expect(all.missingFrom).toBe(missing);
    expect(all.lost).toBe(0);
  });

  it('passes over what is no numbered line, or was cut', () => {
    const { taken, all } = taking();

    for (const line of ['(node:7) Warning', '', '@', '@x {}', '@0 {"kind":"fail', '@0 {}', '@1']) {
      all.take(line);
    }
    all.take(lineOf(0));

    expect(taken).toEqual([0]);
  });

  it('tells what has come and counts what has not when it is given up', () => {
    const { taken, all } = taking();
    for (const number of [0, 3, 4, 7]) all.take(lineOf(number));

    all.giveUp();
    all.take(lineOf(8));

    expect(taken).toEqual([0, 3, 4, 7, 8]);
    expect(all.lost).toBe(4);
  });
});

function taking() {
  const taken: number[] = [];
  const all = new WorkerLines((message) => {
    taken.push(message.kind === 'failed' ? Number(message.message) : Number.NaN);
  });
  return { taken, all };
}

function lineOf(number: number): string {
  const message: FromSender = { kind: 'failed', message: String(number) };
  return toldLine(number, message);
}
