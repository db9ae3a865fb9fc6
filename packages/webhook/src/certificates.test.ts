import { describe, expect, it } from 'vitest';
import { parseCertificates } from './certificates.ts';
import { createCertificate } from './testing/certificates.ts';

const first = createCertificate({ name: 'First', isAuthority: true });
const second = createCertificate({ name: 'Second', isAuthority: true });

describe('a bundle of certificates', () => {
  it('gives each of them, whatever stands between', () => {
    const parsed = parseCertificates(`# ours\n${first.cert}\nsubject=/CN=Second\n${second.cert}`);
    expect(parsed).toMatchObject({ kind: 'certificates', pem: { length: 2 } });
  });

  it.each([
    ['nothing', '', 'holds no PEM block'],
    ['something else', 'hello', 'holds no PEM block'],
    ['a key', first.key, 'holds a PRIVATE KEY as block 1'],
    ['a key beside a certificate', first.cert + first.key, 'holds a PRIVATE KEY as block 2'],
    [
      'a certificate that was cut',
      first.cert.replace(/\n.{64}\n/, '\n'),
      'holds a certificate that cannot be read as block 1',
    ],
  ])('%s is refused, and the message tells where and repeats nothing', (_, text, message) => {
    const parsed = parseCertificates(text);
    expect(parsed).toMatchObject({ kind: 'invalid', message: expect.stringContaining(message) });
    expect(JSON.stringify(parsed)).not.toContain(first.key.split('\n')[1]);
  });
});
