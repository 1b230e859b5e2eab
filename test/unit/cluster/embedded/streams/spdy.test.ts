import { Duplex } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spdyDictionary } from '../../../../../src/cluster/embedded/streams/spdy-dictionary.js';
import {
  CONTROL,
  FLAG_FIN,
  SpdyFrameReader,
  controlFrame,
  dataFrame,
  words,
} from '../../../../../src/cluster/embedded/streams/spdy-frames.js';
import type { SpdyFrame } from '../../../../../src/cluster/embedded/streams/spdy-frames.js';
import {
  HeaderReader,
  HeaderWriter,
} from '../../../../../src/cluster/embedded/streams/spdy-headers.js';
import { SpdySession } from '../../../../../src/cluster/embedded/streams/spdy-session.js';
import type { SpdyStream } from '../../../../../src/cluster/embedded/streams/spdy-session.js';

describe('the dictionary', () => {
  it('is the one of the specification, by its length and its Adler-32 sum', () => {
    let [low, high] = [1, 0];
    for (const byte of spdyDictionary()) {
      low = (low + byte) % 65_521;
      high = (high + low) % 65_521;
    }

    expect(spdyDictionary()).toHaveLength(1_423);
    expect((high * 65_536 + low).toString(16)).toBe('e3c6a7c2');
  });
});

describe('frames', () => {
  it('come out as they went in, however they are cut', () => {
    const frame = fc.record({
      stream: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      data: fc.uint8Array({ maxLength: 300 }),
      isLast: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        (all, cut) => {
          const bytes = Buffer.concat(
            all.map(({ stream, data, isLast }) =>
              dataFrame(stream, Buffer.from(data), isLast ? FLAG_FIN : 0),
            ),
          );
          const reader = new SpdyFrameReader();
          const read: SpdyFrame[] = [];
          for (let at = 0; at < bytes.length; at += cut) {
            read.push(...reader.push(bytes.subarray(at, at + cut)));
          }
          expect(read).toEqual(
            all.map(({ stream, data, isLast }) => ({
              kind: 'data',
              stream,
              flags: isLast ? FLAG_FIN : 0,
              data: Buffer.from(data),
            })),
          );
        },
      ),
    );
  });

  const refused = [
    { name: 'too large', bytes: Buffer.from([0, 0, 0, 1, 0, 0xff, 0xff, 0xff]) },
    { name: 'headers too large', bytes: Buffer.from([0x80, 3, 0, 1, 0, 1, 0, 0]) },
    { name: 'another version', bytes: Buffer.from([0x80, 2, 0, 6, 0, 0, 0, 0]) },
  ];
  it.each(refused)('are refused: $name', ({ bytes }) => {
    expect(() => new SpdyFrameReader().push(bytes)).toThrow(/too large|not spoken/);
  });
});

describe('headers', () => {
  it('are read as they were written, one block after the other', async () => {
    const [writer, reader] = [new HeaderWriter(), new HeaderReader()];
    for (const type of ['error', 'data', 'stdin', 'stdin']) {
      const headers = new Map([
        ['streamtype', type],
        ['port', '8080'],
      ]);
      expect(await reader.read(await writer.write(headers))).toEqual(headers);
    }
    writer.close();
    reader.close();
  });

  it('that are none are refused', async () => {
    await expect(new HeaderReader().read(Buffer.from('no zlib'))).rejects.toThrow();
  });
});

/** The client's end of a session: what it sends goes in, what it got is read as frames. */
function aClient() {
  const got: SpdyFrame[] = [];
  const reader = new SpdyFrameReader();
  const connection = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      got.push(...reader.push(chunk));
      done();
    },
  });
  const writer = new HeaderWriter();
  const streams: SpdyStream[] = [];
  const session = new SpdySession(connection, (stream) => streams.push(stream));
  const served = session.serve();
  return {
    got,
    streams,
    session,
    served,
    async open(id: number, headers: Readonly<Record<string, string>>) {
      const block = await writer.write(new Map(Object.entries(headers)));
      const head = Buffer.concat([words(id, 0), Buffer.from([0, 0])]);
      connection.push(controlFrame(CONTROL.synStream, Buffer.concat([head, block])));
    },
    send: (bytes: Buffer) => connection.push(bytes),
    end: () => connection.push(null),
  };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a session', () => {
  it('opens streams, carries both ways, and ends each way by itself', async () => {
    const client = aClient();
    await client.open(1, { streamType: 'data' });
    await until(() => client.streams.length === 1);
    const [stream] = client.streams;
    expect(stream?.headers.get('streamtype')).toBe('data');
    expect(client.got[0]).toMatchObject({ kind: 'control', type: CONTROL.synReply });

    let heard = '';
    let hasEnded = false;
    stream?.channel.on('data', (chunk) => (heard += String(chunk)));
    stream?.channel.on('end', () => (hasEnded = true));
    client.send(dataFrame(1, Buffer.from('ques'), 0));
    client.send(dataFrame(1, Buffer.from('tion'), FLAG_FIN));
    await until(() => hasEnded);
    stream?.channel.end('answer');
    await until(() => client.got.length === 3);

    expect(heard).toBe('question');
    expect(client.got.slice(1)).toEqual([
      { kind: 'data', stream: 1, flags: 0, data: Buffer.from('answer') },
      { kind: 'data', stream: 1, flags: FLAG_FIN, data: Buffer.alloc(0) },
    ]);
    client.end();
    await client.served;
  });

  it('answers pings, and ends what the client resets', async () => {
    const client = aClient();
    await client.open(1, { streamType: 'data' });
    client.send(controlFrame(CONTROL.ping, words(7)));
    client.send(controlFrame(CONTROL.rstStream, words(1, 5)));
    await until(() => client.streams[0]?.channel.destroyed === true);

    expect(client.got[1]).toEqual({
      kind: 'control',
      type: CONTROL.ping,
      flags: 0,
      payload: words(7),
    });
    client.end();
    await client.served;
  });

  it('makes the client wait for a stream that nobody reads, and goes on when somebody does', async () => {
    const client = aClient();
    await client.open(1, { streamType: 'data' });
    for (let count = 0; count < 8; count++) client.send(dataFrame(1, Buffer.alloc(65_536), 0));
    await client.open(3, { streamType: 'data' });
    await until(() => (client.streams[0]?.channel.readableLength ?? 0) >= 262_144);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(client.streams).toHaveLength(1);

    client.streams[0]?.channel.resume();
    await until(() => client.streams.length === 2);
    client.end();
    await client.served;
  });

  const faults = [
    { name: 'garbage', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') },
    { name: 'a stream whose number was used', bytes: Buffer.alloc(0) },
  ];
  it.each(faults)('ends with $name, and throws nothing', async ({ bytes }) => {
    const client = aClient();
    await client.open(1, { a: 'b' });
    if (bytes.length === 0) await client.open(1, { a: 'b' });
    else client.send(bytes);
    client.end();

    await client.served;
    expect(client.streams.every(({ channel }) => channel.destroyed)).toBe(true);
  });
});
