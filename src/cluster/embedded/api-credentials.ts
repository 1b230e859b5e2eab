/** The certificate and the token that one run of the API server uses. */
import { randomBytes } from 'node:crypto';
import { generate } from 'selfsigned';

/** A certificate with its key. */
export interface ServerCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/**
 * A new certificate for loopback, its own authority, good for a year. An elliptic curve, because its
 * keys are made in milliseconds.
 */
export async function serverCertificate(): Promise<ServerCertificate> {
  const pems = await generate([{ name: 'commonName', value: 'hpa-lab' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { certPem: pems.cert, keyPem: pems.private };
}

/** A new token. */
export function bearerToken(): string {
  return randomBytes(32).toString('base64url');
}
