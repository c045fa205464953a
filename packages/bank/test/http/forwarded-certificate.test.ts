import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { LupaError } from '@lupa/protocol';
import { forwardedCertificate } from '../../src/http/forwarded-certificate.ts';

const DER = Buffer.from('a certificate, for all that is looked at here');
const OTHER = Buffer.from('an issuer');
const sequence = (bytes: Buffer) => `:${bytes.toString('base64')}:`;

/** A request with these header lines, joined as Node joins them. */
function requestWith(lines: readonly (readonly [string, string])[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = lines.flat();
  for (const [name, value] of lines) {
    const known = request.headers[name.toLowerCase()];
    request.headers[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`;
  }
  return request;
}

describe('the certificate a proxy passes on (RFC 9440)', () => {
  test('one byte sequence is the certificate, and a list of them its chain', () => {
    const request = requestWith([
      ['Client-Cert', sequence(DER)],
      ['Client-Cert-Chain', `${sequence(OTHER)}, ${sequence(DER)}`],
    ]);
    const presented = forwardedCertificate(request);
    assert.deepEqual(Buffer.from(presented?.certificate ?? []), DER);
    assert.deepEqual(presented?.intermediates.map(Buffer.from), [OTHER, DER]);
  });

  test('without the header there is none', () => {
    assert.equal(forwardedCertificate(requestWith([['host', 'a']])), undefined);
  });

  const base64 = DER.toString('base64');
  const REFUSED: readonly [string, readonly (readonly [string, string])[]][] = [
    [
      'two header lines',
      [
        ['Client-Cert', sequence(DER)],
        ['Client-Cert', sequence(OTHER)],
      ],
    ],
    [
      'two header lines in other letters',
      [
        ['Client-Cert', sequence(DER)],
        ['CLIENT-CERT', sequence(DER)],
      ],
    ],
    ['a list in one line', [['Client-Cert', `${sequence(DER)}, ${sequence(OTHER)}`]]],
    ['no colons', [['Client-Cert', base64]]],
    ['one colon', [['Client-Cert', `:${base64}`]]],
    ['an empty value', [['Client-Cert', '']]],
    ['an empty byte sequence', [['Client-Cert', '::']]],
    ['a parameter', [['Client-Cert', `${sequence(DER)};a=1`]]],
    ['a space before it', [['Client-Cert', `${sequence(DER)} `]]],
    ['quotation marks', [['Client-Cert', `"${base64}"`]]],
    ['PEM', [['Client-Cert', `-----BEGIN CERTIFICATE----- ${base64} -----END CERTIFICATE-----`]]],
    ['a percent-encoded PEM, as nginx writes it', [['Client-Cert', '-----BEGIN%20CERTIFICATE-----']]],
    ['base64url', [['Client-Cert', ':_-_-:']]],
    ['too little padding', [['Client-Cert', `:${Buffer.from('ab').toString('base64').replaceAll('=', '')}:`]]],
    ['too much padding', [['Client-Cert', `:${base64}==:`]]],
    ['bits to spare', [['Client-Cert', ':YWJ=:']]],
    ['a line break', [['Client-Cert', `:${base64.slice(0, 8)} ${base64.slice(8)}:`]]],
    ['a certificate longer than any', [['Client-Cert', sequence(Buffer.alloc(9_001))]]],
    ['a chain without a certificate', [['Client-Cert-Chain', sequence(DER)]]],
    [
      'a chain in two lines',
      [
        ['Client-Cert', sequence(DER)],
        ['Client-Cert-Chain', sequence(DER)],
        ['Client-Cert-Chain', sequence(OTHER)],
      ],
    ],
    [
      'a chain of six',
      [
        ['Client-Cert', sequence(DER)],
        ['Client-Cert-Chain', Array(6).fill(sequence(DER)).join(', ')],
      ],
    ],
    [
      'a chain with a member that is none',
      [
        ['Client-Cert', sequence(DER)],
        ['Client-Cert-Chain', `${sequence(DER)}, x`],
      ],
    ],
    [
      'an empty chain',
      [
        ['Client-Cert', sequence(DER)],
        ['Client-Cert-Chain', ''],
      ],
    ],
  ];
  for (const [name, lines] of REFUSED) {
    test(`refused: ${name}`, () => {
      assert.throws(
        () => forwardedCertificate(requestWith(lines)),
        (error) => error instanceof LupaError && error.code === 'HEADER_INVALID',
      );
    });
  }

  test('a chain of five is taken, and a certificate of 9,000 bytes', () => {
    const five = Array(5).fill(sequence(DER)).join(',');
    const request = requestWith([
      ['Client-Cert', sequence(Buffer.alloc(8_990))],
      ['Client-Cert-Chain', five],
    ]);
    assert.equal(forwardedCertificate(request)?.intermediates.length, 5);
  });
});
