import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Kept, MAX_KEPT_BODY_BYTES } from '../../../../src/load/request-checks.js';
import { ResponseParser } from '../../../../src/load/senders/response-parser.js';

function parsed(text: string, method = 'GET', kept: Kept = 'nothing'): ResponseParser {
  const parser = new ResponseParser();
  parser.reset(method, kept);
  const bytes = Buffer.from(text, 'latin1');
  parser.execute(bytes, bytes.length);
  return parser;
}

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Pod-Name: web-1\r\n\r\nhello';
const chunked =
  'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nx: y\r\n\r\n';

describe('a complete answer', () => {
  it.each([
    { name: 'with a length', text: sized, status: 200 },
    { name: 'with length 0', text: 'HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n', status: 404 },
    { name: 'in chunks with an extension and a trailer', text: chunked, status: 503 },
    { name: 'without a reason', text: 'HTTP/1.1 204\r\n\r\n', status: 204 },
    { name: '304 with a length', text: 'HTTP/1.1 304 x\r\ncontent-length: 9\r\n\r\n', status: 304 },
    {
      name: 'after a 100',
      text: `HTTP/1.1 100 Continue\r\n\r\n${sized}`,
      status: 200,
    },
    {
      name: '101, after which no HTTP is spoken',
      text: 'HTTP/1.1 101 Switch\r\n\r\n',
      status: 101,
    },
  ])('$name', ({ text, status }) => {
    const parser = parsed(text);

    expect(parser.state).toBe('done');
    expect(parser.status).toBe(status);
    expect(parser.hasExcess).toBe(false);
  });

  it('to HEAD has no body whatever its length says', () => {
    expect(parsed('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n', 'HEAD').state).toBe('done');
  });

  it('without a length ends with its connection', () => {
    const parser = parsed('HTTP/1.1 200 OK\r\n\r\nsome');
    expect(parser.state).toBe('body-until-close');
    expect(parser.isReusable).toBe(false);

    parser.finish();

    expect(parser.state).toBe('done');
  });

  it('tells its pod', () => {
    expect(parsed(sized).podName).toBe('web-1');
    expect(parsed(chunked).podName).toBeUndefined();
  });

  it('followed by more than was asked for is told', () => {
    expect(parsed(`${sized}HTTP`).hasExcess).toBe(true);
  });
});

describe('whether the connection can be used again', () => {
  it.each([
    { name: 'HTTP/1.1 by default', head: 'HTTP/1.1 200 OK', field: 'a: b', isReusable: true },
    { name: 'HTTP/1.0 not', head: 'HTTP/1.0 200 OK', field: 'a: b', isReusable: false },
    {
      name: 'HTTP/1.0 when it says so',
      head: 'HTTP/1.0 200 OK',
      field: 'Connection: Keep-Alive',
      isReusable: true,
    },
    {
      name: 'not after close',
      head: 'HTTP/1.1 200 OK',
      field: 'CONNECTION: x, Close',
      isReusable: false,
    },
  ])('$name', ({ head, field, isReusable }) => {
    expect(parsed(`${head}\r\n${field}\r\ncontent-length: 0\r\n\r\n`).isReusable).toBe(isReusable);
  });

  it('knows for how long the server keeps it', () => {
    const parser = parsed(
      'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=9\r\ncontent-length: 0\r\n\r\n',
    );

    expect(parser.idleLimitMs).toBe(5_000);
  });
});

describe('an incomplete answer', () => {
  it.each([
    { name: 'nothing', text: '', hasBegun: false },
    { name: 'half a head', text: 'HTTP/1.1 200', hasBegun: true },
    { name: 'half a body', text: sized.slice(0, -2), hasBegun: true },
    { name: 'chunks without the last', text: chunked.slice(0, -12), hasBegun: true },
  ])('is not done by the end of the connection: $name', ({ text, hasBegun }) => {
    const parser = parsed(text);

    parser.finish();

    expect(parser.state).not.toBe('done');
    expect(parser.hasBegun).toBe(hasBegun);
  });
});

describe('what is not HTTP', () => {
  it.each([
    { name: 'another protocol', text: 'SSH-2.0-OpenSSH\r\n\r\n' },
    { name: 'a greeting, whatever would follow', text: '220 mail ESMTP\r\n' },
    { name: 'HTTP/2', text: 'HTTP/2 200\r\n\r\n' },
    { name: 'a length that is none', text: 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n' },
    {
      name: 'a chunk size that is none',
      text: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    },
    {
      name: 'a chunk longer than it said',
      text: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n',
    },
    { name: 'a head without end', text: `HTTP/1.1 200 OK\r\n${'x'.repeat(70_000)}` },
  ])('is malformed: $name', ({ text }) => {
    expect(parsed(text).state).toBe('malformed');
  });
});

describe('answers in pieces', () => {
  it('are read the same however they are cut', () => {
    const text = `HTTP/1.1 100 Continue\r\n\r\n${chunked}`;
    fc.assert(
      fc.property(
        fc.constantFrom(sized, text),
        fc.array(fc.integer({ min: 0, max: 200 })),
        (whole, cuts) => {
          const parser = new ResponseParser();
          parser.reset('GET', 'body');
          const at = [...cuts.filter((cut) => cut < whole.length), whole.length].sort(
            (a, b) => a - b,
          );
          const shared = Buffer.alloc(400);
          let from = 0;
          for (const to of at) {
            // one buffer for all reads, with rubbish after what was read
            shared.fill('\r\n\r\n');
            const length = shared.write(whole.slice(from, to), 'latin1');
            parser.execute(shared, length);
            from = to;
          }
          expect(parser.state).toBe('done');
          expect(parser.hasExcess).toBe(false);
          expect(parser.status).toBe(whole === sized ? 200 : 503);
          expect(parser.content?.body).toBe(whole === sized ? 'hello' : 'abc0123456789abcdef');
        },
      ),
    );
  });

  it('are read one after the other on one connection', () => {
    const parser = parsed(sized);

    parser.reset('GET', 'nothing');
    expect(parser.podName).toBeUndefined();
    const next = Buffer.from(chunked);
    parser.execute(next, next.length);

    expect(parser.status).toBe(503);
    expect(parser.state).toBe('done');
  });
});

describe('what is kept of an answer', () => {
  const answer =
    'HTTP/1.1 200 OK\r\nX-Id: 7\r\nSet-Cookie: a=1\r\nset-cookie:b=2\r\ncontent-length: 7\r\n\r\nw\u00c3\u00bcrfel';

  it('is nothing unless it was asked for', () => {
    expect(parsed(answer).content).toBeUndefined();
  });

  it('is the head alone, with headers in any spelling, joined where there are several', () => {
    const { content } = parsed(answer, 'GET', 'head');

    expect(content?.header('x-id')).toBe('7');
    expect(content?.header('Set-Cookie')).toBe('a=1, b=2');
    expect(content?.header('x-other')).toBeUndefined();
    expect(content?.body).toBe('');
  });

  it('is the body as UTF-8, also one that ends with its connection', () => {
    expect(parsed(answer, 'GET', 'body').content?.body).toBe('würfel');
    expect(parsed('HTTP/1.1 200 OK\r\n\r\nsome', 'GET', 'body').content?.body).toBe('some');
  });

  it('is not that of the answer before', () => {
    const parser = parsed(answer, 'GET', 'body');

    parser.reset('GET', 'nothing');

    expect(parser.content).toBeUndefined();
  });

  it.each([
    { name: 'as long as is kept', length: MAX_KEPT_BODY_BYTES, isCut: false },
    { name: 'longer than is kept', length: MAX_KEPT_BODY_BYTES + 1, isCut: true },
  ])('knows of a body $name whether it is whole', ({ length, isCut }) => {
    const text = `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${'x'.repeat(length)}`;
    const { state, content } = parsed(text, 'GET', 'body');

    expect(state).toBe('done');
    expect(content?.isBodyCut).toBe(isCut);
    expect(content?.body).toHaveLength(MAX_KEPT_BODY_BYTES);
  });
});
