/** TypeScript files as text: what is code in them, what they import, where a place is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One source file; its path is relative to the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** An import, an export from another module, or a dynamic import. */
export interface ImportPlace {
  readonly specifier: string;
  readonly line: number;
  /** Erased by the compiler: nothing of the module is loaded. */
  readonly isTypeOnly: boolean;
}

/** Every `.ts` file in a folder of the repository, compiled output and packages left out. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/](node_modules|dist)[\\/]/.test(path))
    .map((path) => ({
      path: relative(ROOT, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** What a file imports, in order. */
export function importsOf(text: string): readonly ImportPlace[] {
  const code = codeOnly(text);
  // In `code` the specifiers are blank; their offsets are the same as in `text`.
  const statement =
    /(?<![\w.$])(?:(?:import|export)(?<what>\s[^;'"`()]*?\sfrom\s*|\s*)|import\s*\(\s*|require\s*\(\s*)(?<quoted>'[^']*'|"[^"]*")/g;
  return [...code.matchAll(statement)].map((match) => {
    const { what = '', quoted = '' } = match.groups ?? {};
    const end = match.index + match[0].length;
    return {
      specifier: text.slice(end - quoted.length + 1, end - 1),
      line: lineAt(text, match.index),
      isTypeOnly: isTypeOnly(what),
    };
  });
}

function isTypeOnly(what: string): boolean {
  const clause = what.replace(/\sfrom\s*$/, '').trim();
  if (clause.startsWith('type ')) return true;
  const bindings = /^\{(.*)\}$/s.exec(clause)?.[1];
  if (bindings === undefined) return false;
  const names = bindings.split(',').filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => name.trim().startsWith('type '));
}

const PLAIN_CODE = /[^'"`/{}]+/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const QUOTED = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** Enough to see what stands before a slash, with the indentation of its line. */
const LOOK_BACK = 100;

/** After one of these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEXP = /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|of|in|void))\s*$/;

/**
 * The text with comments and the insides of strings and regular expressions blanked out; lengths
 * and lines stay as they are. The code inside a template's `${}` is kept.
 */
export function codeOnly(text: string): string {
  let code = '';
  // What each open brace belongs to: a template that goes on after it, or a block.
  const braces: ('template' | 'block')[] = [];
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = code.length;
    return pattern.exec(text)?.[0];
  };
  const takeTemplate = (): void => {
    code += blank(take(TEMPLATE_PART) ?? '');
    if (text[code.length] === '$') braces.push('template');
    code += text[code.length] === '$' ? '${' : (text[code.length] ?? '');
  };
  while (code.length < text.length) {
    code += take(PLAIN_CODE) ?? '';
    const next = text[code.length] ?? '';
    const quoted = take(QUOTED);
    const comment = take(COMMENT);
    const isRegexp = next === '/' && BEFORE_REGEXP.test(code.slice(-LOOK_BACK));
    const regexp = isRegexp ? take(REGEXP) : undefined;
    if (comment !== undefined) code += blank(comment);
    else if (quoted !== undefined) code += next + blank(quoted.slice(1, -1)) + next;
    else if (regexp !== undefined) code += `/${blank(regexp.slice(1, -1))}/`;
    else if (next === '`') {
      code += next;
      takeTemplate();
    } else {
      code += next;
      if (next === '{') braces.push('block');
      if (next === '}' && braces.pop() === 'template') takeTemplate();
    }
  }
  return code;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
