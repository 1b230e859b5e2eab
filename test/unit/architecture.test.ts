/** Holds `src/` to its layers, and the check itself to finding what it is there to find. */
import { describe, expect, it } from 'vitest';
import { architectureFaults } from '../support/architecture.js';
import { codeOnly, importsOf, sourceFiles } from '../support/source-text.js';

describe('the architecture', () => {
  it('holds for every file of src', () => {
    const files = sourceFiles('src');

    expect(files.length).toBeGreaterThan(100);
    expect(architectureFaults(files)).toEqual([]);
  });

  it('holds for the sample service, which imports nothing from src', () => {
    const files = sourceFiles('sample-service');

    expect(files.length).toBeGreaterThan(10);
    expect(architectureFaults(files)).toEqual([]);
  });
});

describe('the check finds', () => {
  it.each([
    {
      name: 'an import that points outwards',
      path: 'src/analysis/cost.ts',
      text: "import { watch } from '../cluster/kubernetes/watch-once.js';",
      fault:
        /^src\/analysis\/cost\.ts:1: analysis may not import cluster\/kubernetes \(it may import core, .*\); pass the value in/,
    },
    {
      name: 'its line',
      path: 'src/core/quantity.ts',
      text: "/** Text. */\n\nimport type { Clock } from '../time/clock.js';",
      fault: /^src\/core\/quantity\.ts:3: core may not import time \(it may import nothing\)/,
    },
    {
      name: 'one adapter that imports another',
      path: 'src/load/senders/http.ts',
      text: "import type { Usage } from '../../cluster/embedded/usage.js';",
      fault: /load\/senders may not import cluster\/embedded/,
    },
    {
      name: 'a value from where only types may come',
      path: 'src/timeline/record.ts',
      text: "import { type Stage, rateAt } from '../load/profile.js';",
      fault: /timeline may import only types of load; use `import type`/,
    },
    {
      name: 'an import for its side effects',
      path: 'src/probe/state.ts',
      text: "import '../run/run-experiment.js';",
      fault: /probe may not import run/,
    },
    {
      name: 'a module that is exported on',
      path: 'src/probe/state.ts',
      text: "export * from '../run/run-experiment.js';",
      fault: /probe may not import run/,
    },
    {
      name: 'a dynamic import',
      path: 'src/probe/state.ts',
      text: "const later = await import('../run/run-experiment.js');",
      fault: /probe may not import run/,
    },
    {
      name: 'an import over several lines',
      path: 'src/probe/state.ts',
      text: "import {\n  one, // of 'two'\n  two,\n} from '../run/run-experiment.js';",
      fault: /state\.ts:1: probe may not import run/,
    },
    {
      name: 'a command that is imported',
      path: 'src/run/run-experiment.ts',
      text: "import { report } from '../commands/report.js';",
      fault: /run may not import commands/,
    },
    {
      name: 'the sample service in src',
      path: 'src/run/run-experiment.ts',
      text: "import { config } from '../../sample-service/src/config.js';",
      fault: /src may not import sample-service\/src\/config\.js/,
    },
    {
      name: 'src in the sample service',
      path: 'sample-service/src/config.ts',
      text: "import { LabError } from '../../src/core/errors.js';",
      fault: /config\.ts:1: the sample service may not import \.\.\/\.\.\/src\/core\/errors\.js/,
    },
    {
      name: 'a folder that is not in the table',
      path: 'src/utils/text.ts',
      text: '',
      fault: /^src\/utils\/text\.ts:1: is in no folder of the table/,
    },
    {
      name: 'a module of Node in a pure layer',
      path: 'src/experiment/parse.ts',
      text: "import { readFileSync } from 'node:fs';",
      fault: /experiment does no I\/O and may not import node:fs; pass in what was read/,
    },
    {
      name: 'timers under another name',
      path: 'src/run/run-experiment.ts',
      text: "import { scheduler } from 'node:timers/promises';",
      fault: /node:timers\/promises is a clock of its own; take `nowMs` or a Clock/,
    },
    {
      name: 'the Kubernetes client anywhere but in its adapter',
      path: 'src/run/run-experiment.ts',
      text: "import { KubeConfig } from '@kubernetes/client-node';",
      fault: /only cluster\/kubernetes may import @kubernetes\/client-node/,
    },
    {
      name: 'autocannon outside the senders, also by a file of the package',
      path: 'src/load/plan.ts',
      text: "import run from 'autocannon/lib/run.js';",
      fault: /only load\/senders may import autocannon/,
    },
    {
      name: 'a package that nobody has placed',
      path: 'src/commands/report.ts',
      text: "import open from 'open';",
      fault: /package open is not in the table/,
    },
    {
      name: 'the time of day',
      path: 'src/run/result-folder.ts',
      text: '\nconst name = Date.now();',
      fault:
        /^src\/run\/result-folder\.ts:2: Date\.now is ambient; take `nowMs` or a Clock \(src\/time\/clock\.ts\)/,
    },
    {
      name: 'the time of day by a constructor',
      path: 'src/run/result-folder.ts',
      text: 'const name = new Date().toISOString();',
      fault: /new Date\(\) is ambient/,
    },
    {
      name: 'the high-resolution time',
      path: 'src/observe/samplers.ts',
      text: 'const t = performance.now();',
      fault: /performance is ambient; take `nowMs`/,
    },
    {
      name: 'a timer',
      path: 'src/cluster/embedded/proxy.ts',
      text: 'setTimeout(() => undefined, 5);',
      fault: /setTimeout is ambient; wait with a Clock/,
    },
    {
      name: 'a timer by the global object, in a template',
      path: 'src/cluster/embedded/proxy.ts',
      text: 'const text = `a ${globalThis.setInterval(tick, 5)} b`;',
      fault: /setInterval is ambient/,
    },
    {
      name: 'unseeded randomness',
      path: 'src/load/arrivals.ts',
      text: 'const gap = -Math.log(Math.random());',
      fault: /Math\.random is ambient; take a Random \(src\/core\/random\.ts\)/,
    },
    {
      name: 'the environment in a pure layer',
      path: 'src/control-plane/api.ts',
      text: 'const isCI = process.env.CI;',
      fault: /process is ambient; pass in the value/,
    },
    {
      name: 'the network in a pure layer',
      path: 'src/analysis/cost.ts',
      text: "const price = await fetch('http://prices');",
      fault: /fetch is ambient/,
    },
  ])('$name', ({ path, text, fault }) => {
    const faults = architectureFaults([{ path, text }]);

    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });
});

describe('the check lets pass', () => {
  it.each([
    ['a type of a lower layer', 'src/timeline/a.ts', "import type { S } from '../load/s.js';"],
    ['inline types', 'src/timeline/a.ts', "import { type S, type T } from '../load/s.js';"],
    ['the own folder', 'src/analysis/a.ts', "import { b } from './deep/b.js';"],
    [
      'the port of the own adapter',
      'src/cluster/kubernetes/a.ts',
      "import { t } from '../target.js';",
    ],
    ['a pure package', 'src/experiment/a.ts', "import { z } from 'zod';"],
    ['a package at home', 'src/load/senders/a.ts', "import autocannon from 'autocannon';"],
    ['a module of Node in an adapter', 'src/observe/a.ts', "import { cpus } from 'node:os';"],
    ['anything of ours in a command', 'src/commands/a.ts', "import { x } from '../observe/x.js';"],
    ['time in src/time', 'src/time/wall-clock.ts', 'setTimeout(task, performance.now());'],
    ['randomness in its file', 'src/core/random.ts', 'Math.random();'],
    ['a comment', 'src/core/a.ts', '/* Date.now() */ // Math.random()\n'],
    ['a text', 'src/core/a.ts', 'const a = "Date.now()" + \'setTimeout(\' + `Math.random()`;'],
    ['an import in a text', 'src/core/a.ts', 'const a = "import x from \'node:fs\'";'],
    ['a regular expression', 'src/core/a.ts', 'const a = /["\'`]/; const b = /setTimeout\\//;'],
    [
      'a method of the same name',
      'src/load/senders/a.ts',
      'socket.setTimeout(5); clock.performance;',
    ],
    ['a date that was given', 'src/core/a.ts', 'const at = new Date(nowMs).toISOString();'],
  ])('%s', (_name, path, text) => {
    expect(architectureFaults([{ path, text }])).toEqual([]);
  });
});

describe('codeOnly', () => {
  it.each([
    ['keeps lengths and lines', "a /* b\nc */ 'd'", "a     \n     ' '"],
    ['keeps code in templates', '`a${b + `c${d}`}e` f', '` ${b + ` ${d}`} ` f'],
    ['knows escapes', String.raw`'a\'b' "c\"d" e`, `'    ' "    " e`],
    [
      'tells a division from a regular expression',
      'a / b / c; x = /d\\/e/g;',
      'a / b / c; x = /     /;',
    ],
    ['knows classes in regular expressions', 'f(/[/"]/) + "g"', 'f(/    /) + " "'],
  ])('%s', (_name, text, code) => {
    expect(codeOnly(text)).toBe(code);
  });
});

describe('importsOf', () => {
  it('finds every way to load a module, with its line', () => {
    const text = `import a from 'a';
import { type B } from "b";
import type C from 'c';
export { d } from 'd';
import 'e';
const f = await import('f');
const g = require('g');
const from = 'h';`;

    expect(importsOf(text)).toEqual([
      { specifier: 'a', line: 1, isTypeOnly: false },
      { specifier: 'b', line: 2, isTypeOnly: true },
      { specifier: 'c', line: 3, isTypeOnly: true },
      { specifier: 'd', line: 4, isTypeOnly: false },
      { specifier: 'e', line: 5, isTypeOnly: false },
      { specifier: 'f', line: 6, isTypeOnly: false },
      { specifier: 'g', line: 7, isTypeOnly: false },
    ]);
  });
});
