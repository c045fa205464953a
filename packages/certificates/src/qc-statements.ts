import type { DerReader } from './der/der-reader.ts';
import { TAG } from './der/der-tags.ts';
import { readOid } from './der/der-values.ts';
import { derOid, derSequence } from './der/write-der.ts';
import { STATEMENT_OID } from './object-identifiers.ts';
import type { Psd2Statement, QcType } from './payment-certificate.ts';
import { encodePsd2Statement, readPsd2 } from './psd2-statement.ts';

/** ETSI EN 319 412-5 section 4.2.3. */
const TYPE_OIDS: Readonly<Record<QcType, string>> = {
  esign: '0.4.0.1862.1.6.1',
  seal: '0.4.0.1862.1.6.2',
  web: '0.4.0.1862.1.6.3',
};
const TYPES = new Map(Object.entries(TYPE_OIDS).map(([type, oid]) => [oid, type as QcType]));

/** What a certificate states of itself as a qualified one. */
export interface QcStatements {
  readonly qcCompliance: boolean;
  readonly qcTypes: readonly QcType[];
  readonly psd2?: Psd2Statement;
}

/** Reads the value of the extension qcStatements (RFC 3739 section 3.2.6). No statement may be made twice. */
export function readQcStatements(value: DerReader): QcStatements {
  const list = value.read(TAG.sequence, 'the qcStatements');
  value.expectEnd('the qcStatements');
  const seen = new Set<string>();
  let qcTypes: QcType[] = [];
  let psd2: Psd2Statement | undefined;
  while (!list.isAtEnd) {
    const statement = list.read(TAG.sequence, 'a qcStatement');
    const id = readOid(statement, 'the identifier of a qcStatement');
    if (seen.has(id)) throw statement.fault(`the qcStatement ${id} is made twice`);
    seen.add(id);
    if (id === STATEMENT_OID.qcType) qcTypes = readTypes(statement.read(TAG.sequence, 'the QcType'));
    else if (id === STATEMENT_OID.psd2) psd2 = readPsd2(statement);
    else if (id !== STATEMENT_OID.qcCompliance && !statement.isAtEnd) statement.readAny('a qcStatement');
    statement.expectEnd(`the qcStatement ${id}`);
  }
  return { qcCompliance: seen.has(STATEMENT_OID.qcCompliance), qcTypes, ...(psd2 === undefined ? {} : { psd2 }) };
}

/**
 * Writes the value of the extension qcStatements of a payment service provider's certificate: qualified, of one type, with
 * its PSD2 statement.
 *
 * @throws CertificateError when the PSD2 statement cannot be written (see `encodePsd2Statement`)
 */
export function encodeQcStatements({
  type,
  psd2,
}: {
  readonly type: QcType;
  readonly psd2: Psd2Statement;
}): Uint8Array {
  return derSequence(
    derSequence(derOid(STATEMENT_OID.qcCompliance)),
    derSequence(derOid(STATEMENT_OID.qcType), derSequence(derOid(TYPE_OIDS[type]))),
    derSequence(derOid(STATEMENT_OID.psd2), encodePsd2Statement(psd2)),
  );
}

function readTypes(list: DerReader): QcType[] {
  const types: QcType[] = [];
  do {
    const oid = readOid(list, 'a type in the QcType');
    const type = TYPES.get(oid);
    if (type === undefined) continue;
    if (types.includes(type)) throw list.fault('the QcType has the same type twice');
    types.push(type);
  } while (!list.isAtEnd);
  return types;
}
