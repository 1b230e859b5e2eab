import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/commands/split-words.js';

describe('a command line', () => {
  it.each([
    ['node server.js --port 80', ['node', 'server.js', '--port', '80']],
    ['  node   a.js  ', ['node', 'a.js']],
    [`sh -c 'echo "a b"; exit 3'`, ['sh', '-c', 'echo "a b"; exit 3']],
    [String.raw`node -e "a(\"b\")"`, ['node', '-e', 'a("b")']],
    [String.raw`a\ b c"d e"f`, ['a b', 'cd ef']],
    [`''`, ['']],
    ['$HOME `id` *', ['$HOME', '`id`', '*']],
    ['', []],
  ])('%s', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each([`node 'a`, 'node "a', 'node \\'])('%s is none: something is not closed', (line) => {
    expect(splitWords(line)).toBeUndefined();
  });
});
