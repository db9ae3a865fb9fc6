import { X509Certificate } from 'node:crypto';

export type ParsedCertificates =
  | { kind: 'certificates'; pem: string[] }
  /** Which one is wrong, counted from 1; the message completes "it …". */
  | { kind: 'invalid'; message: string };

const BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]*-----END \1-----/g;

/** The certificates of a PEM bundle, one a block. Anything else in it is a mistake: a key above all. */
export function parseCertificates(text: string): ParsedCertificates {
  const blocks = [...text.matchAll(BLOCK)];
  if (blocks.length === 0) return invalid('holds no PEM block (-----BEGIN CERTIFICATE-----)');
  const pem: string[] = [];
  for (const [index, [block, label]] of blocks.entries()) {
    if (label !== 'CERTIFICATE') return invalid(`holds a ${label} as block ${index + 1}, not a certificate`);
    try {
      pem.push(new X509Certificate(block).toString());
    } catch {
      return invalid(`holds a certificate that cannot be read as block ${index + 1}`);
    }
  }
  return { kind: 'certificates', pem };
}

function invalid(message: string): ParsedCertificates {
  return { kind: 'invalid', message };
}
