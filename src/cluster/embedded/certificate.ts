/** A self-signed certificate for loopback, written here: loading a library for it takes longer than all else. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { EpochMs } from '../../time/clock.js';

/** A certificate with its key. */
export interface ServerCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

// ITU-T X.690, 8.1.2: universal tags, and the context's own
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/**
 * A new certificate for `127.0.0.1` and `localhost`, its own authority, good for a year from `nowMs`; an
 * hour before it too, for clocks that are behind. An elliptic curve, because its keys are made in
 * milliseconds.
 *
 * @see Source: RFC 5280, 4.1.
 */
export function selfSignedCertificate(nowMs: EpochMs): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKeyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(
    element(SET, sequence(objectIdentifier('2.5.4.3'), element(UTF8_STRING, text('hpa-lab')))),
  );
  const content = sequence(
    element(VERSION, element(INTEGER, Buffer.from([2]))),
    element(INTEGER, serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(nowMs - HOUR_MS), utcTime(nowMs + YEAR_MS)),
    name,
    publicKeyInfo,
    element(EXTENSIONS, sequence(...extensions(publicKeyInfo))),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, ECDSA_WITH_SHA256, bitString(signature, 0));
  return {
    certPem: pem('CERTIFICATE', certificate),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** @see Source: RFC 5280, 4.2.1. */
function extensions(publicKeyInfo: Buffer): readonly Buffer[] {
  const digitalSignatureAndCertSign = bitString(Buffer.from([0x84]), 2);
  const keyId = createHash('sha1').update(publicKeyInfo).digest();
  return [
    extension('2.5.29.19', sequence(element(BOOLEAN, Buffer.from([0xff]))), 'critical'),
    extension('2.5.29.15', digitalSignatureAndCertSign, 'critical'),
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.14', element(OCTET_STRING, keyId)),
    extension(
      '2.5.29.17',
      sequence(
        element(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
        element(DNS_NAME, text('localhost')),
      ),
    ),
  ];
}

function extension(id: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(
    objectIdentifier(id),
    ...(critical === undefined ? [] : [element(BOOLEAN, Buffer.from([0xff]))]),
    element(OCTET_STRING, value),
  );
}

/** Positive and without a leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function utcTime(atMs: EpochMs): Buffer {
  const digits = new Date(atMs).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return element(UTC_TIME, text(`${digits}Z`));
}

function bitString(bytes: Buffer, unusedBits: number): Buffer {
  return element(BIT_STRING, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap(base128);
  return element(OBJECT_IDENTIFIER, Buffer.from(arcs));
}

/** The highest bit of every byte but the last is set. */
function base128(value: number): readonly number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(SEQUENCE, Buffer.concat(parts));
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function text(value: string): Buffer {
  return Buffer.from(value, 'utf8');
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
