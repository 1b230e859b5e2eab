/** The README's tables say what the code does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VARIABLES } from '../../src/config.js';
import type { Variable } from '../../src/variables.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The rows of the table with this heading, without padding. */
function rowsBelow(...heading: readonly string[]): readonly (readonly string[])[] {
  const rows = README.split('\n').map((line) => (line.startsWith('|') ? cellsOf(line) : []));
  const start = rows.findIndex((cells) => cells.join() === heading.join());
  if (start === -1)
    throw new Error(`README.md has no table with the heading ${heading.join(', ')}`);
  const end = rows.findIndex((cells, index) => index > start && cells.length === 0);
  return rows.slice(start + 2, end);
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe('README.md', () => {
  it('has every environment variable, in order, with its default, its bounds and its meaning', () => {
    const expected = Object.entries<Variable<unknown>>(VARIABLES).map(
      ([name, { shownDefault, expected: what, meaning }]) => [
        `\`${name}\``,
        shownDefault,
        what,
        meaning,
      ],
    );

    expect(rowsBelow('variable', 'default', 'expected', 'meaning')).toEqual(expected);
  });

  it('names the metrics that there are', () => {
    const metrics = readFileSync(new URL('../../src/metrics.ts', import.meta.url), 'utf8');
    const named = [...README.matchAll(/`((?:http|nodejs|process)_\w+)`/g)].map((match) => match[1]);

    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(metrics).toContain(`name: '${name}'`);
  });
});
