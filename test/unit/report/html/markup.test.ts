/** Text that is put into HTML stays text. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddedJson, escapeHtml, html } from '../../../../src/report/html/markup.js';

/** ASCII with its controls, and what lies beyond: a lone surrogate, turned writing, an emoji. */
const ANY_SIGN = fc.oneof(
  fc.integer({ min: 0, max: 127 }).map((code) => String.fromCodePoint(code)),
  fc.constantFrom('\ud800', '\u202e', '\u2028', 'ß', '🚀', '&lt;'),
);

describe('a template', () => {
  it.each([
    {
      name: 'escapes text',
      made: html`<p>${'<img src=x onerror="a()">'}</p>`,
      text: '<p>&lt;img src=x onerror=&quot;a()&quot;&gt;</p>',
    },
    {
      name: 'escapes what would end an attribute, by either quote',
      made: html`<p title="${`"'`}"></p>`,
      text: '<p title="&quot;&#39;"></p>',
    },
    {
      name: 'keeps markup as it is',
      made: html`<p>${html`<b>1</b>`}</p>`,
      text: '<p><b>1</b></p>',
    },
    { name: 'escapes each of a list', made: html`${['<', html`<br>`, 3]}`, text: '&lt;<br>3' },
    { name: 'writes nothing for nothing', made: html`<p>${undefined}</p>`, text: '<p></p>' },
    {
      name: 'shows controls and turned writing as what cannot be shown',
      made: html`${'a\u0000b\u202ec\ud800d\te\nf'}`,
      text: 'a\ufffdb\ufffdc\ufffdd\te\nf',
    },
    { name: 'leaves emoji whole', made: html`${'🚀'}`, text: '🚀' },
  ])('$name', ({ made, text }) => {
    expect(made.toString()).toBe(text);
  });

  it('leaves no character that begins or ends markup, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_SIGN }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });
});

describe('embedded JSON', () => {
  it('says the same when it is read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(embeddedJson(value).toString())).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it('cannot end its element, begin a comment or break a line', () => {
    const text = embeddedJson({ a: '</script><!--\u2028\u2029&' }).toString();

    expect(text).not.toMatch(/[<>&\u2028\u2029]/);
  });
});
