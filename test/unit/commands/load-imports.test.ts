/** Sending load to a URL, or drawing a profile, needs no cluster: none of its code is loaded. */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf } from '../../support/source-text.js';

/** All files that a file loads at once, itself among them. */
function loadedWith(entry: string): readonly string[] {
  const seen = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const folder = posix.dirname(path);
    const text = readFileSync(path, 'utf8');
    const lines = text.split('\n');
    for (const { specifier, isTypeOnly, line } of importsOf(text)) {
      const isLater = lines[line - 1]?.includes('import(') === true;
      if (isTypeOnly || isLater || !specifier.startsWith('.')) continue;
      queue.push(posix.join(folder, specifier.replace(/\.js$/, '.ts')));
    }
  }
  return [...seen];
}

const CLUSTER = /^src\/(?:cluster|control-plane|observe)\//;

describe('what a command loads at once', () => {
  it.each(['load', 'profile'])('%s: nothing of a cluster', (command) => {
    const loaded = loadedWith(`src/commands/${command}.ts`);

    expect(loaded.length).toBeGreaterThan(20);
    expect(loaded.filter((path) => CLUSTER.test(path))).toEqual([]);
  });

  it('the command line: no command before it is asked for', () => {
    const loaded = loadedWith('src/cli.ts');

    expect(loaded.filter((path) => path.startsWith('src/commands/'))).toEqual([]);
  });
});
