/** Reads what the HTML report is made with: its style, its scripts, and uPlot. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from '../process/package-root.js';
import type { HtmlAssets, InlineAsset } from '../report/html/html-report.js';

/** The page's own files: read from the sources, because they are JavaScript and CSS already. */
const CLIENT = 'src/report/html/client';
const MAIN_SCRIPT = 'main.js';
/** One statement, over several lines if it must, at the beginning of a line. */
const IMPORT = /^import \{[^}]*\} from '\.\/([\w-]+\.js)';\n/gm;

/** Style and scripts with their hashes, ready for `htmlReport`. Reads files of the lab itself. */
export function readHtmlAssets(): HtmlAssets {
  const require = createRequire(import.meta.url);
  const uplot = dirname(require.resolve('uplot/package.json'));
  const client = join(packageRoot(), CLIENT);
  return {
    styles: [
      asset(readText(join(uplot, 'dist/uPlot.min.css'))),
      asset(readText(join(client, 'report.css'))),
    ],
    scripts: [
      asset(readText(join(uplot, 'dist/uPlot.iife.min.js'))),
      asset(linkedScript((name) => readText(join(client, name)))),
    ],
    licenses: [{ name: 'uPlot', text: readText(join(uplot, 'LICENSE')) }],
  };
}

/**
 * The page's modules as one script: each after those it imports, imports and the word `export` left out,
 * all in one function so that nothing of it is global. That is enough because the modules import by name
 * alone, and a test holds their names apart.
 *
 * @param read - text of a module by its file name.
 */
export function linkedScript(read: (name: string) => string): string {
  const texts = new Map<string, string>();
  const add = (name: string): void => {
    if (texts.has(name)) return;
    const text = read(name);
    for (const [, imported = ''] of text.matchAll(IMPORT)) add(imported);
    texts.set(name, text.replaceAll(IMPORT, '').replaceAll(/^export /gm, ''));
  };
  add(MAIN_SCRIPT);
  return `(() => {\n'use strict';\n${[...texts.values()].join('\n')}})();\n`;
}

function asset(text: string): InlineAsset {
  return { text, sha256: createHash('sha256').update(text, 'utf8').digest('base64') };
}

/** With the line ends that a browser sees. */
function readText(path: string): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}
