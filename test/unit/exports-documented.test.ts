/** Every export of the harness and of the sample service has a docstring. */
import { describe, expect, it } from 'vitest';
import { documentationFaults } from '../support/documentation.js';
import { sourceFiles } from '../support/source-text.js';

describe('every export is documented', () => {
  it.each(['src', 'sample-service/src'])('in %s', (folder) => {
    const files = sourceFiles(folder);

    expect(files.length).toBeGreaterThan(5);
    expect(documentationFaults(files)).toEqual([]);
  });
});

describe('the check', () => {
  const file = '/** What this is for. */\n';

  it.each([
    {
      name: 'a function',
      text: 'let a = 1;\nexport function f() {}',
      fault: 'src/a.ts:3: expected a docstring before the export f',
    },
    {
      name: 'an async function',
      text: 'let a = 1;\nexport async function f() {}',
      fault: 'src/a.ts:3: expected a docstring before the export f',
    },
    {
      name: 'a constant',
      text: 'const a = 1;\nexport const B = 1;',
      fault: 'src/a.ts:3: expected a docstring before the export B',
    },
    {
      name: 'a class',
      text: 'const a = 1;\nexport class C {}',
      fault: 'src/a.ts:3: expected a docstring before the export C',
    },
    {
      name: 'an interface',
      text: 'const a = 1;\nexport interface D {}',
      fault: 'src/a.ts:3: expected a docstring before the export D',
    },
    {
      name: 'a type',
      text: 'const a = 1;\nexport type E = 1;',
      fault: 'src/a.ts:3: expected a docstring before the export E',
    },
    {
      name: 'a plain comment',
      text: '/* No docstring. */\nexport const F = 1;',
      fault: 'src/a.ts:3: expected a docstring before the export F',
    },
    {
      name: 'a line comment',
      text: '// No docstring at all.\nexport const G = 1;',
      fault: 'src/a.ts:3: expected a docstring before the export G',
    },
    {
      name: 'the docstring of something else',
      text: '/** Of the other. */\nconst other = 1;\nexport const H = 1;',
      fault: 'src/a.ts:4: expected a docstring before the export H',
    },
    {
      name: 'a docstring that says nothing',
      text: '/** */\nexport const I = 1;',
      fault: 'src/a.ts:3: expected the docstring of I to say something',
    },
  ])('finds $name', ({ text, fault }) => {
    // The sentence about the file must not pass for the docstring of the first export.
    const faults = documentationFaults([{ path: 'src/a.ts', text: `${file}${text}` }]);

    expect(faults).toEqual([fault]);
  });

  it('finds a file that does not say what it is for', () => {
    const text = "import './b.js';\n\n/** One that is documented. */\nexport const A = 1;";

    expect(documentationFaults([{ path: 'src/a.ts', text }])).toEqual([
      'src/a.ts:1: expected the file to begin with a sentence that says what it is for',
    ]);
  });

  it.each([
    ['a docstring of one line', '/** Of this very one. */\nexport const A = 1;'],
    ['a docstring of several lines', '/**\n * Of this\n * one.\n */\nexport class B {}'],
    ['what is not exported', 'const c = 1;'],
    ['what is exported on', "export { d } from './d.js';\nexport * from './e.js';"],
    ['an export in a text', 'const f = `\nexport const g = 1;\n`;'],
    [
      'further signatures of one function',
      '/** Of all of them. */\nexport function h(a: string): 1;\nexport function h(a: number): 2;',
    ],
  ])('lets pass %s', (_name, text) => {
    expect(documentationFaults([{ path: 'src/a.ts', text: `${file}\n${text}` }])).toEqual([]);
  });
});
