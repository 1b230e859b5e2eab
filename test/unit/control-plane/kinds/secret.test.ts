/** Secrets: what is stored of them, what is refused. */
import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const SECRETS = '/api/v1/namespaces/default/secrets';

function secret(name: string, fields: object): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields };
}

function filled(bytes: number): object {
  return secret(`s${bytes}`, { data: { a: btoa('x'.repeat(bytes)) } });
}

describe('a secret', () => {
  it('keeps texts as data, which they take the place of, and shows them no more', () => {
    const lab = new InProcessApi();

    const body = secret('a', { stringData: { u: 'grüße' }, data: { u: 'YQ==', v: 'Yg==' } });
    const created = lab.send('POST', SECRETS, { body });

    expect(created.body.data).toEqual({ u: btoa('gr\u00C3\u00BC\u00C3\u009Fe'), v: 'Yg==' });
    expect(created.body).not.toHaveProperty('stringData');
    expect(created.body.type).toBe('Opaque');
  });

  const refused = [
    {
      name: 'a service account token that names no account',
      fields: { type: 'kubernetes.io/service-account-token' },
      faults: ['metadata.annotations[kubernetes.io/service-account.name]'],
    },
    {
      name: 'a registry configuration without its key',
      fields: { type: 'kubernetes.io/dockerconfigjson' },
      faults: ['data[.dockerconfigjson]'],
    },
    {
      name: 'a login without a name and a word',
      fields: { type: 'kubernetes.io/basic-auth' },
      faults: ['data[username]', 'data[password]'],
    },
    {
      name: 'a key for SSH that is empty',
      fields: { type: 'kubernetes.io/ssh-auth', stringData: { 'ssh-privatekey': '' } },
      faults: ['data[ssh-privatekey]'],
    },
    {
      name: 'a certificate without a key',
      fields: { type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'x' } },
      faults: ['data[tls.key]'],
    },
    {
      name: 'a key that is no file name',
      fields: { stringData: { 'a b': 'x' } },
      faults: ['data[a b]'],
    },
  ];
  it.each(refused)('is refused: $name', ({ fields, faults }) => {
    const answer = new InProcessApi().send('POST', SECRETS, { body: secret('a', fields) });

    const causes: readonly { readonly field: string }[] = answer.body.details.causes;
    expect(answer.status).toBe(422);
    expect(causes.map(({ field }) => field)).toEqual(faults);
  });

  const registries = [
    { name: 'no JSON', text: 'x', fault: "invalid character 'x' looking for beginning of value" },
    { name: 'nothing', text: '', fault: 'unexpected end of JSON input' },
    { name: 'an object that does not end', text: '{"a":', fault: 'unexpected end of JSON input' },
    {
      name: 'a list',
      text: '[]',
      fault: 'json: cannot unmarshal array into Go value of type map[string]interface {}',
    },
  ];
  it.each(registries)('does not show what it holds when that is $name', ({ text, fault }) => {
    const body = secret('a', {
      type: 'kubernetes.io/dockercfg',
      stringData: { '.dockercfg': text },
    });

    const answer = new InProcessApi().send('POST', SECRETS, { body });

    expect(answer.body.message).toBe(
      `Secret "a" is invalid: data[.dockercfg]: Invalid value: "<secret contents redacted>": ${fault}`,
    );
  });

  it('holds a mebibyte and no more', () => {
    const lab = new InProcessApi();

    expect(lab.send('POST', SECRETS, { body: filled(1024 * 1024) }).status).toBe(201);
    const answer = lab.send('POST', SECRETS, { body: filled(1024 * 1024 + 1) });

    expect(answer.body.details.causes).toEqual([
      {
        reason: 'FieldValueTooLong',
        message: 'Too long: may not be more than 1048576 bytes',
        field: 'data',
      },
    ]);
  });

  it('that is immutable can still get labels, and neither other data nor its freedom back', () => {
    const lab = new InProcessApi();
    const body = secret('a', { immutable: true, stringData: { k: 'v' } });
    lab.send('POST', SECRETS, { body });
    const patch = (change: object): ReturnType<InProcessApi['send']> =>
      lab.send('PATCH', `${SECRETS}/a`, {
        body: change,
        contentType: 'application/merge-patch+json',
      });

    expect(patch({ metadata: { labels: { a: 'b' } } }).status).toBe(200);
    const answer = patch({ immutable: false, stringData: { k: 'w' } });

    const causes: readonly { readonly field: string }[] = answer.body.details.causes;
    expect(causes.map(({ field }) => field)).toEqual(['immutable', 'data']);
  });

  it('cannot become another type', () => {
    const lab = new InProcessApi();
    lab.send('POST', SECRETS, { body: secret('a', { type: 'mine' }) });

    const answer = lab.send('PUT', `${SECRETS}/a`, { body: secret('a', {}) });

    expect(answer.body.message).toBe(
      'Secret "a" is invalid: type: Invalid value: "Opaque": field is immutable',
    );
  });

  it('is selected by its type', () => {
    const lab = new InProcessApi();
    lab.send('POST', SECRETS, { body: secret('a', { type: 'mine' }) });
    lab.send('POST', SECRETS, { body: secret('b', {}) });

    const list = lab.send('GET', SECRETS, { query: 'fieldSelector=type=mine' });

    const items: readonly { readonly metadata: { readonly name: string } }[] = list.body.items;
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a']);
  });

  const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const KEY = '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n';
  const pairs = [
    { name: 'of texts', crt: 'x', key: 'y', warning: 'failed to find any PEM data in certificate' },
    {
      name: 'the wrong way round',
      crt: KEY,
      key: PEM,
      warning: 'PEM inputs may have been switched',
    },
    {
      name: 'of two certificates',
      crt: PEM,
      key: PEM,
      warning: 'found a certificate rather than a key',
    },
  ];
  it.each(pairs)('warns of a pair $name', ({ crt, key, warning }) => {
    const body = secret('a', {
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': crt, 'tls.key': key },
    });

    const { status, warnings } = new InProcessApi().send('POST', SECRETS, { body });

    expect(status).toBe(201);
    expect(warnings).toEqual([expect.stringContaining(warning)]);
  });
});
