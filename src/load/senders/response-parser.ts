/** Reads HTTP/1.1 answers as they come in, keeping only what a load sender wants to know. */
import type { AnswerContent, Kept } from '../request-checks.js';
import { headerOfHead, KeptAnswer } from './kept-answer.js';

const CR = 13;
const LF = 10;
const MAX_HEAD_BYTES = 64 * 1_024;
const HEAD_BEGIN = 'HTTP/1.';
const HEAD_END = '\r\n\r\n';
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |\r|$)/;

/** Where the reading of an answer stands. */
export type ParserState =
  /** Nothing or a part of the head has come. */
  | 'head'
  | 'sized-body'
  | 'chunk-size'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailer'
  /** The body ends when the connection does. */
  | 'body-until-close'
  | 'done'
  /** Not HTTP/1.x. */
  | 'malformed';

/**
 * One answer after the other on one connection.
 *
 * Bodies are counted, and kept only where a request asks for that. `1xx` answers before the real one are skipped, except 101, after
 * which a connection no longer speaks HTTP.
 */
export class ResponseParser {
  state: ParserState = 'head';
  status = 0;
  /** The header `x-pod-name`. */
  podName: string | undefined;
  /** Whether the server leaves the connection open. */
  isReusable = true;
  /** For how long the server keeps an idle connection, where it says so (`Keep-Alive: timeout=5`). */
  idleLimitMs: number | undefined;
  /** Whether any byte of the answer has come. */
  hasBegun = false;
  /** Whether bytes followed the end of the answer, which no request asked for. */
  hasExcess = false;
  #isHead = false;
  #kept: Kept = 'nothing';
  #answer: KeptAnswer | undefined;
  #pending: Buffer | undefined;
  /** Bytes of body or chunk still to come. */
  #left = 0;
  #line = '';

  /** What was asked to be kept of the answer; absent when that is nothing, or its head has not come. */
  get content(): AnswerContent | undefined {
    return this.#answer;
  }

  /**
   * Makes ready for the answer to a request.
   *
   * @param method - of the request; answers to `HEAD` have no body.
   */
  reset(method: string, kept: Kept): void {
    this.#isHead = method === 'HEAD';
    this.#kept = kept;
    this.#answer = undefined;
    this.state = 'head';
    this.status = 0;
    this.podName = undefined;
    this.isReusable = true;
    this.hasBegun = false;
    this.#pending = undefined;
    this.#left = 0;
    this.#line = '';
  }

  /** Reads the first `length` bytes of `chunk`; keeps no reference to it. */
  execute(chunk: Buffer, length: number): void {
    let offset = 0;
    if (length > 0) this.hasBegun = true;
    while (offset < length && this.state !== 'malformed') {
      if (this.state === 'done') {
        this.hasExcess = true;
        return;
      }
      offset = this.#step(chunk, offset, length);
    }
  }

  /** The connection's end: an answer whose body goes on until then is complete by it. */
  finish(): void {
    if (this.state === 'body-until-close') this.state = 'done';
  }

  #step(chunk: Buffer, offset: number, length: number): number {
    switch (this.state) {
      case 'head':
        return this.#readHead(chunk, offset, length);
      case 'sized-body':
        return this.#take(chunk, offset, this.#end(offset, length, 'done'));
      case 'chunk-data':
        return this.#take(chunk, offset, this.#end(offset, length, 'chunk-end'));
      case 'chunk-size':
      case 'chunk-end':
      case 'trailer':
        return this.#readLine(chunk, offset, length);
      case 'body-until-close':
        return this.#take(chunk, offset, length);
      case 'done':
      case 'malformed':
        break;
    }
    return length;
  }

  #readHead(chunk: Buffer, offset: number, length: number): number {
    const before = this.#pending;
    const bytes =
      before === undefined ? chunk : Buffer.concat([before, chunk.subarray(offset, length)]);
    const from = before === undefined ? offset : 0;
    const limit = before === undefined ? length : bytes.length;
    const end = bytes.indexOf(HEAD_END, from, 'latin1');
    if (end === -1 || end + HEAD_END.length > limit) {
      this.#pending = Buffer.from(bytes.subarray(from, limit));
      const isHttp = HEAD_BEGIN.startsWith(this.#pending.toString('latin1', 0, HEAD_BEGIN.length));
      if (!isHttp || this.#pending.length > MAX_HEAD_BYTES) this.state = 'malformed';
      return length;
    }
    this.#pending = undefined;
    this.#acceptHead(bytes.toString('latin1', from, end));
    return length - (limit - (end + HEAD_END.length));
  }

  #acceptHead(head: string): void {
    const match = STATUS_LINE.exec(head);
    if (match === null) {
      this.state = 'malformed';
      return;
    }
    this.status = Number(match[2]);
    this.isReusable = match[1] === '1';
    const { length, isChunked } = this.#readFields(head);
    if (this.status < 200 && this.status !== 101) {
      this.podName = undefined;
      return; // the real answer follows; the state is still `head`
    }
    if (this.#kept !== 'nothing') this.#answer = new KeptAnswer((name) => headerOfHead(head, name));
    this.state = this.#bodyState(length, isChunked);
  }

  #bodyState(length: number | undefined, isChunked: boolean): ParserState {
    if (this.status === 101) {
      this.isReusable = false;
      return 'done';
    }
    if (this.#isHead || this.status === 204 || this.status === 304) return 'done';
    if (isChunked) return 'chunk-size';
    if (length === undefined) {
      this.isReusable = false;
      return 'body-until-close';
    }
    if (!Number.isSafeInteger(length)) return 'malformed';
    this.#left = length;
    return length === 0 ? 'done' : 'sized-body';
  }

  /** Goes through the header fields; names are told apart by length first, as most are of no interest. */
  #readFields(head: string): { readonly length: number | undefined; readonly isChunked: boolean } {
    let length: number | undefined;
    let isChunked = false;
    let lineStart = head.indexOf('\r\n') + 2;
    while (lineStart > 1) {
      const lineEnd = head.indexOf('\r\n', lineStart);
      const end = lineEnd === -1 ? head.length : lineEnd;
      const colon = head.indexOf(':', lineStart);
      const nameLength = colon - lineStart;
      if (colon !== -1 && colon < end && isNameLength(nameLength)) {
        const name = head.slice(lineStart, colon).toLowerCase();
        const value = head.slice(colon + 1, end).trim();
        if (name === 'content-length') length = /^\d+$/.test(value) ? Number(value) : Number.NaN;
        else if (name === 'transfer-encoding') isChunked = /(^|,)\s*chunked$/i.test(value);
        else this.#readField(name, value);
      }
      lineStart = lineEnd === -1 ? 0 : lineEnd + 2;
    }
    return { length, isChunked };
  }

  #readField(name: string, value: string): void {
    if (name === 'x-pod-name') {
      this.podName = value;
    } else if (name === 'connection') {
      if (/\bclose\b/i.test(value)) this.isReusable = false;
      else if (/\bkeep-alive\b/i.test(value)) this.isReusable = true;
    } else if (name === 'keep-alive') {
      const seconds = /\btimeout=(\d+)/i.exec(value)?.[1];
      if (seconds !== undefined) this.idleLimitMs = Number(seconds) * 1_000;
    }
  }

  /** Where in a chunk of `length` bytes the body or the body's chunk ends. */
  #end(offset: number, length: number, after: 'done' | 'chunk-end'): number {
    const taken = Math.min(this.#left, length - offset);
    this.#left -= taken;
    if (this.#left === 0) this.state = after;
    return offset + taken;
  }

  /** Keeps bytes of the body where that is asked for; gives back where they end. */
  #take(chunk: Buffer, offset: number, end: number): number {
    if (this.#kept === 'body') this.#answer?.add(chunk.subarray(offset, end));
    return end;
  }

  #readLine(chunk: Buffer, offset: number, length: number): number {
    const end = chunk.indexOf(LF, offset);
    if (end === -1 || end >= length) {
      this.#line += chunk.toString('latin1', offset, length);
      if (this.#line.length > MAX_HEAD_BYTES) this.state = 'malformed';
      return length;
    }
    const line = this.#line + chunk.toString('latin1', offset, end);
    this.#line = '';
    this.#acceptLine(line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line);
    return end + 1;
  }

  #acceptLine(line: string): void {
    if (this.state === 'chunk-end') {
      this.state = line === '' ? 'chunk-size' : 'malformed';
    } else if (this.state === 'trailer') {
      if (line === '') this.state = 'done';
    } else {
      const digits = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line)?.[1];
      this.#left = digits === undefined ? 0 : Number.parseInt(digits, 16);
      if (digits === undefined) this.state = 'malformed';
      else this.state = this.#left === 0 ? 'trailer' : 'chunk-data';
    }
  }
}

/** `connection`, `keep-alive`, `x-pod-name`; `content-length`; `transfer-encoding`. */
function isNameLength(length: number): boolean {
  return length === 10 || length === 14 || length === 17;
}
