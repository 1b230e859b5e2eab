/** The parts of a report that are the same for every run: its style and its scripts. */
import { LabError } from '../../core/errors.js';
import { html, Markup } from './markup.js';

/** A text that stands in the page as it is. */
export interface InlineAsset {
  /** UTF-8, line ends `\n`: a browser hashes what it reads, and it reads other line ends as that. */
  readonly text: string;
  /** SHA-256 of `text`, base64: the page's policy lets in what has this hash and nothing else. */
  readonly sha256: string;
}

/** Everything the page needs besides its data, read and hashed by who may read files. */
export interface HtmlAssets {
  readonly styles: readonly InlineAsset[];
  /** In the order in which they run. */
  readonly scripts: readonly InlineAsset[];
  /** Licenses of what is from others, in full. */
  readonly licenses: readonly { readonly name: string; readonly text: string }[];
}

/**
 * The policy of the page: its own scripts and styles, the icon in its own head, and nothing from anywhere.
 * Text cannot become a script either (`require-trusted-types-for`).
 */
export function contentSecurityPolicy({ styles, scripts }: HtmlAssets): string {
  return [
    "default-src 'none'",
    `script-src ${hashes(scripts)}`,
    `style-src ${hashes(styles)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hashes(assets: readonly InlineAsset[]): string {
  return assets.map(({ sha256 }) => `'sha256-${sha256}'`).join(' ');
}

/** The styles as elements of the head. */
export function styleElements({ styles }: HtmlAssets): Markup {
  return html`${styles.map(({ text }) => verbatim('style', text))}`;
}

/** The scripts as elements, in order. */
export function scriptElements({ scripts }: HtmlAssets): Markup {
  return html`${scripts.map(({ text }) => verbatim('script', text))}`;
}

function verbatim(element: 'style' | 'script', text: string): Markup {
  // Either would end the element early, or make the browser read past its end.
  if (/<\/(?:style|script)|<!--/i.test(text)) {
    throw new LabError('INTERNAL', `expected no end of ${element} within an asset, found one`);
  }
  return new Markup([`<${element}>${text}</${element}>\n`], []);
}
