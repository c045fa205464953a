import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCents, asSubmissionId, parseSepaPaymentRequest } from '@lupa/protocol';
import fc from 'fast-check';
import { iso20022Messages } from '../../../src/adapters/iso20022/credit-transfer-message.ts';
import type { OutgoingTransfer } from '../../../src/ports/settlement-messages.ts';
import { readXml } from './read-xml.ts';

const SWEDISH_PAYEE = {
  iban: 'SE4550000000058398257466',
  name: 'Åke & Söner AB',
  address: ['Storgatan 1', 'Box 7', 'Gamla Stan', '114 55 Stockholm'],
  country: 'SE',
};

function transfer(wish: object = {}, change: Partial<OutgoingTransfer> = {}): OutgoingTransfer {
  const sample = {
    amountEUR: '1234.05',
    payee: { iban: 'FI2112345600000785', name: 'Test_Person' },
    message: 'Lasku 7',
  };
  const read = parseSepaPaymentRequest({ ...sample, ...wish }, { bankCodes: ['5'] });
  if ('violations' in read) throw new Error(JSON.stringify(read.violations));
  return {
    archiveId: '202611200ABCDEFGHIJK',
    submissionId: asSubmissionId('order-1'),
    amountCents: asCents(123_405),
    request: read.request,
    payerName: 'Elsa Lindström',
    payerIban: 'FI9259995020084225',
    accepted: new Date('2026-11-20T10:00:00.000Z'),
    booked: new Date('2026-11-20T10:00:01.000Z'),
    ...change,
  };
}

const write = (sent: OutgoingTransfer) => iso20022Messages({ bic: 'LUPAFIH0' }).creditTransfer(sent);
/** Every leaf of the message as `path=text`, without the way down to the transaction. */
function leaves(sent: OutgoingTransfer): string[] {
  return readXml(write(sent)).map(({ path, text }) => `${path.replace('Document/FIToFICstmrCdtTrf/', '')}=${text}`);
}

describe('a credit transfer message', () => {
  test('says who pays whom how much and why, each element in the place the schema gives it', () => {
    assert.deepEqual(leaves(transfer()), [
      'GrpHdr/MsgId=202611200ABCDEFGHIJK',
      'GrpHdr/CreDtTm=2026-11-20T10:00:01.000Z',
      'GrpHdr/NbOfTxs=1',
      'GrpHdr/TtlIntrBkSttlmAmt=1234.05',
      'GrpHdr/IntrBkSttlmDt=2026-11-20',
      'GrpHdr/SttlmInf/SttlmMtd=CLRG',
      'CdtTrfTxInf/PmtId/EndToEndId=order-1',
      'CdtTrfTxInf/PmtId/TxId=202611200ABCDEFGHIJK',
      'CdtTrfTxInf/PmtTpInf/SvcLvl/Cd=SEPA',
      'CdtTrfTxInf/IntrBkSttlmAmt=1234.05',
      'CdtTrfTxInf/ChrgBr=SLEV',
      'CdtTrfTxInf/Dbtr/Nm=Elsa Lindstrom',
      'CdtTrfTxInf/DbtrAcct/Id/IBAN=FI9259995020084225',
      'CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI=LUPAFIH0',
      'CdtTrfTxInf/CdtrAgt/FinInstnId/Othr/Id=NOTPROVIDED',
      'CdtTrfTxInf/Cdtr/Nm=Test-Person',
      'CdtTrfTxInf/CdtrAcct/Id/IBAN=FI2112345600000785',
      'CdtTrfTxInf/RmtInf/Ustrd=Lasku 7',
    ]);
    assert.match(
      write(transfer()),
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs\.008\.001\.08">/,
    );
    assert.equal(write(transfer()).split('Ccy="EUR"').length, 3);
  });

  test('an instant payment is marked as one, with the moment the bank took it, and settles on a Sunday too', () => {
    const sunday = { accepted: new Date('2026-11-22T10:00:00.000Z'), booked: new Date('2026-11-22T10:00:01.000Z') };
    const written = leaves(transfer({ paymentOrder: 'SEPA_INST' }, sunday));
    for (const leaf of [
      'CdtTrfTxInf/PmtTpInf/LclInstrm/Cd=INST',
      'CdtTrfTxInf/AccptncDtTm=2026-11-22T10:00:00.000Z',
      'GrpHdr/IntrBkSttlmDt=2026-11-22',
    ]) {
      assert.ok(written.includes(leaf), leaf);
    }
    const ordinary = leaves(transfer({}, sunday));
    assert.ok(ordinary.includes('GrpHdr/IntrBkSttlmDt=2026-11-23'));
    assert.ok(!ordinary.some((leaf) => /LclInstrm|AccptncDtTm/.test(leaf)));
  });

  test('a reference is structured: RF with ISO as its issuer, a Finnish one without', () => {
    const remittance = (reference: string) =>
      leaves(transfer({ message: undefined, reference })).filter((leaf) => leaf.includes('RmtInf'));
    const path = 'CdtTrfTxInf/RmtInf/Strd/CdtrRefInf';
    assert.deepEqual(remittance('RF18539007547034'), [
      `${path}/Tp/CdOrPrtry/Cd=SCOR`,
      `${path}/Tp/Issr=ISO`,
      `${path}/Ref=RF18539007547034`,
    ]);
    assert.deepEqual(remittance('1234561'), [`${path}/Tp/CdOrPrtry/Cd=SCOR`, `${path}/Ref=1234561`]);
  });

  test('town and country are structured, and at most two lines stand beside them', () => {
    const written = leaves(transfer({ payee: SWEDISH_PAYEE })).filter((leaf) => leaf.includes('Cdtr/'));
    assert.deepEqual(written, [
      'CdtTrfTxInf/Cdtr/Nm=Ake + Soner AB',
      'CdtTrfTxInf/Cdtr/PstlAdr/PstCd=114 55',
      'CdtTrfTxInf/Cdtr/PstlAdr/TwnNm=Stockholm',
      'CdtTrfTxInf/Cdtr/PstlAdr/Ctry=SE',
      'CdtTrfTxInf/Cdtr/PstlAdr/AdrLine=Storgatan 1',
      'CdtTrfTxInf/Cdtr/PstlAdr/AdrLine=Box 7 Gamla Stan',
    ]);
  });

  test('the people behind payer and payee are named, where the TPP named them', () => {
    const written = leaves(transfer({ originalPayer: 'Ville Mäki', ultimatePayee: 'Þóra' }));
    assert.ok(written.includes('CdtTrfTxInf/UltmtDbtr/Nm=Ville Maki'));
    assert.ok(written.includes('CdtTrfTxInf/UltmtCdtr/Nm=Tora'));
  });

  test('the end-to-end id is the TPP’s own id where the field takes it, else the archive id', () => {
    const id = (submissionId: string) =>
      readXml(write(transfer({}, { submissionId: asSubmissionId(submissionId) }))).find(({ path }) =>
        path.endsWith('EndToEndId'),
      )?.text;
    assert.equal(id('a'.repeat(35)), 'a'.repeat(35));
    assert.equal(id('a'.repeat(36)), '202611200ABCDEFGHIJK');
    assert.equal(id('0192f0c1-7a3b-7c4d-8e5f-0123456789ab'), '0192f0c17a3b7c4d8e5f0123456789ab');
    assert.equal(id('order_1'), '202611200ABCDEFGHIJK');
    assert.equal(id('order~1'), '202611200ABCDEFGHIJK');
  });

  test('a bank without a BIC says so, and what is no BIC is refused', () => {
    assert.match(iso20022Messages({ bic: undefined }).creditTransfer(transfer()), /<DbtrAgt>\s*<FinInstnId>\s*<Othr>/);
    assert.throws(() => iso20022Messages({ bic: 'LUPA<FI>' }), RangeError);
  });

  test('whatever a TPP may write, the message is well-formed and in the SEPA character set', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 35 });
    const hostile = fc.constantFrom('Ödön <b>&"\'', ']]>', '<!--', '&amp;&#0;', '</Nm><Nm>', '山\u{1f4b6}');
    const free = fc.tuple(hostile, text).map(([start, rest]) => (start + rest).slice(0, 35).toWellFormed());
    fc.assert(
      fc.property(free, free, free, (name, message, line) => {
        const request = {
          ...transfer({ payee: SWEDISH_PAYEE }).request,
          message,
          ultimatePayee: name,
          originalPayer: name,
        };
        const payee = { ...request.payee, name, address: [line, line, line, line] };
        const read = readXml(write(transfer({}, { request: { ...request, payee }, payerName: name })));
        assert.equal(read.length, 24);
        for (const leaf of read) assert.match(leaf.text, /^[A-Za-z0-9/\-?:().,'+ ]+$/, leaf.path);
      }),
    );
  });
});
