import { CertificateError } from './certificate-error.ts';
import type { PaymentCertificate } from './payment-certificate.ts';
import { readCertificate } from './read-certificate.ts';

/** A bundle of every trust service provider of the Union has a tenth of it. */
const MAX_CERTIFICATES = 1000;

/**
 * Reads every certificate of a PEM bundle, in its order. What stands between them, comments above all, is passed over.
 *
 * @throws CertificateError when one of them is malformed (the message says which), when there is none, or more than 1000
 */
export function readCertificates(pem: string): PaymentCertificate[] {
  const blocks = pemBlocks(pem, 'CERTIFICATE', MAX_CERTIFICATES);
  if (blocks.length === 0) throw new CertificateError('there is no -----BEGIN CERTIFICATE----- in it.');
  return blocks.map((der, index) => {
    try {
      return readCertificate(der);
    } catch (error) {
      if (!(error instanceof CertificateError) || blocks.length === 1) throw error;
      throw new CertificateError(`certificate ${index + 1} of ${blocks.length}: ${error.message}`);
    }
  });
}

/** The content of each block of a label, such as `CERTIFICATE` (RFC 7468). Takes time in proportion to the text. */
export function pemBlocks(pem: string, label: string, maxBlocks: number): Buffer[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Buffer[] = [];
  for (let at = pem.indexOf(begin); at !== -1; at = pem.indexOf(begin, at)) {
    const start = at + begin.length;
    const stop = pem.indexOf(end, start);
    if (stop === -1) throw new CertificateError(`${begin} has no ${end}.`);
    if (blocks.length === maxBlocks) throw new CertificateError(`there are more than ${maxBlocks} of ${begin} in it.`);
    blocks.push(decodeBase64(pem.slice(start, stop)));
    at = stop + end.length;
  }
  return blocks;
}

/** Node decodes anything that resembles base64; only what is base64 comes back the same when encoded again. */
function decodeBase64(text: string): Buffer {
  const digits = text.replaceAll(/\s/g, '');
  const bytes = Buffer.from(digits, 'base64');
  if (digits === '' || bytes.toString('base64') !== digits) throw new CertificateError('a PEM block is not base64.');
  return bytes;
}
