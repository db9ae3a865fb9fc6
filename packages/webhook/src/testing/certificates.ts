import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate with its key, in PEM, as `tls.createServer` takes them. */
export interface Certificate {
  cert: string;
  key: string;
}

export interface CertificateOptions {
  /** Subject, and the only DNS name. */
  name: string;
  /** Signs it; without one it signs itself. */
  issuer?: Certificate & { name: string };
  isAuthority?: boolean;
  notBefore?: Date;
  notAfter?: Date;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

const OID_ED25519 = '06032b6570';
const OID_COMMON_NAME = '0603550403';
const OID_BASIC_CONSTRAINTS = '0603551d13';
const OID_ALTERNATIVE_NAME = '0603551d11';

/** An X.509 certificate with an Ed25519 key, written as DER by hand: tests need no openssl on the machine. */
export function createCertificate(options: CertificateOptions): Certificate {
  const { name, issuer, isAuthority = false } = options;
  const notBefore = options.notBefore ?? new Date(Date.now() - DAY_MS);
  const notAfter = options.notAfter ?? new Date(Date.now() + DAY_MS);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signingKey: KeyObject = issuer ? createPrivateKey(issuer.key) : privateKey;
  const algorithm = sequence(hex(OID_ED25519));
  const extensions = [
    extension(OID_BASIC_CONSTRAINTS, sequence(isAuthority ? der(0x01, hex('ff')) : Buffer.alloc(0))),
    extension(OID_ALTERNATIVE_NAME, sequence(der(0x82, Buffer.from(name)))),
  ];
  const body = sequence(
    der(0xa0, der(0x02, hex('02'))),
    der(0x02, Buffer.concat([hex('01'), randomBytes(8)])),
    algorithm,
    commonName(issuer?.name ?? name),
    sequence(time(notBefore), time(notAfter)),
    commonName(name),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.concat([hex('00'), sign(null, body, signingKey)]));
  const encoded = sequence(body, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${encoded}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const short = content.length < 0x80;
  const length = short ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(hex(OID_COMMON_NAME), der(0x0c, Buffer.from(name)))));
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(hex(oid), der(0x04, value));
}

/** UTCTime. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}
