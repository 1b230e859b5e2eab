import { X509Certificate, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/time/wall-clock.js';
import { selfSignedCertificate } from '../../../src/cluster/embedded/certificate.js';

const NOW_MS = Date.parse('2026-11-23T06:00:00Z');

describe('selfSignedCertificate', () => {
  const { certPem, keyPem } = selfSignedCertificate(NOW_MS);
  const certificate = new X509Certificate(certPem);

  it('is its own authority', () => {
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe('CN=hpa-lab');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
  });

  it('is good for loopback and for a year', () => {
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('example.com')).toBeUndefined();
    expect(new Date(certificate.validFrom).toISOString()).toBe('2026-11-23T05:00:00.000Z');
    expect(new Date(certificate.validTo).toISOString()).toBe('2027-11-23T06:00:00.000Z');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('is another each time', () => {
    expect(selfSignedCertificate(NOW_MS).certPem).not.toBe(certPem);
  });

  it('is trusted by a client that has it as its authority', async () => {
    const today = selfSignedCertificate(new WallClock().now());
    const server = createServer({ cert: today.certPem, key: today.keyPem });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = connect({ host: '127.0.0.1', port, ca: today.certPem });
    try {
      await once(client, 'secureConnect');
      expect(client.authorized).toBe(true);
    } finally {
      client.destroy();
      server.close();
    }
  });
});
