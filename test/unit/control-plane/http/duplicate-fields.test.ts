import { expect, test } from 'vitest';
import { duplicateFields } from '../../../../src/control-plane/http/duplicate-fields.js';

test.each([
  ['none in an empty text', '', []],
  ['none in different objects', '{"a":{"b":1},"c":{"b":1}}', []],
  ['a field of the root', '{"a":1,"a":2}', ['a']],
  ['each time after the first', '{"a":1,"a":2,"a":3}', ['a', 'a']],
  ['below others', '{"m":{"labels":{"x":"1","x":"2"}}}', ['m.labels.x']],
  ['in the second item of a list', '{"l":[{"b":1},{"b":1,"b":2}]}', ['l[1].b']],
  ['in lists of lists', '{"l":[[1],[2,{"b":1,"b":2}]]}', ['l[1][1].b']],
  ['spelled otherwise', String.raw`{"a":1,"\u0061":2}`, ['a']],
  ['not texts that look like fields', String.raw`{"a":"\"a\":","b":["a","a"]}`, []],
  ['after texts that end with backslashes', String.raw`{"a":"\\","a":"x\\\\"}`, ['a']],
  ['with quotes in their names', String.raw`{"x\"":1,"x\"":2,"x\\":3}`, ['x"']],
  ['with signs of JSON in texts', '{"a":"{[,]}:","b":1,"b":2}', ['b']],
  ['in spite of spaces', '{ "a" : 1 ,\n"a" :\t2 }', ['a']],
])('fields given twice: %s', (_name, text, expected) => {
  expect(duplicateFields(text)).toEqual(expected);
});
