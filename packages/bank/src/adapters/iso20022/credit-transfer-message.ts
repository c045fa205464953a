import { formatCents, isBic, isCreditorReference, type ParsedSepaPayment } from '@lupa/protocol';
import { isInSepaCharacters, toSepaCharacters } from '../../domain/sepa-characters.ts';
import { settlementDay } from '../../domain/settlement-day.ts';
import { structuredAddress } from '../../domain/structured-address.ts';
import type { OutgoingTransfer, SettlementMessages } from '../../ports/settlement-messages.ts';
import { element, writeXml, type XmlElement } from './xml.ts';

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08';

/** Characters of the message's fields (pacs.008.001.08). */
const MAX_ID_LENGTH = 35;
const MAX_NAME_LENGTH = 70;
const MAX_REMITTANCE_LENGTH = 140;

const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

/** What ISO 20022 messages say where an agent has to be named and is not known. */
const NOT_PROVIDED = 'NOTPROVIDED';

/**
 * Messages of the SEPA credit transfer schemes: FIToFICustomerCreditTransfer, pacs.008.001.08, with one transaction each. All
 * free text is in the SEPA character set.
 *
 * @param bic this bank's own
 * @throws RangeError when `bic` is none
 */
export function iso20022Messages({ bic }: { bic: string | undefined }): SettlementMessages {
  if (bic !== undefined && !isBic(bic)) throw new RangeError(`${bic} is not a BIC`);
  return {
    creditTransfer: (transfer) =>
      writeXml(
        element('Document', [element('FIToFICstmrCdtTrf', [groupHeader(transfer), transaction(transfer, bic)])], {
          xmlns: NAMESPACE,
        }),
      ),
  };
}

function groupHeader({ archiveId, amountCents, booked, request }: OutgoingTransfer): XmlElement {
  return element('GrpHdr', [
    element('MsgId', archiveId),
    element('CreDtTm', booked.toISOString()),
    element('NbOfTxs', '1'),
    element('TtlIntrBkSttlmAmt', formatCents(amountCents), { Ccy: 'EUR' }),
    element('IntrBkSttlmDt', settlementDay(booked, { isInstant: isInstant(request) })),
    element('SttlmInf', [element('SttlmMtd', 'CLRG')]),
  ]);
}

function transaction(transfer: OutgoingTransfer, bic: string | undefined): XmlElement {
  const { archiveId, amountCents, request, accepted, payerName, payerIban } = transfer;
  const { payee, originalPayer, ultimatePayee } = request;
  return element('CdtTrfTxInf', [
    element('PmtId', [element('EndToEndId', endToEndId(transfer)), element('TxId', archiveId)]),
    element('PmtTpInf', [
      element('SvcLvl', [element('Cd', 'SEPA')]),
      isInstant(request) ? element('LclInstrm', [element('Cd', 'INST')]) : undefined,
    ]),
    element('IntrBkSttlmAmt', formatCents(amountCents), { Ccy: 'EUR' }),
    // The ten seconds of an instant payment are counted from here.
    isInstant(request) ? element('AccptncDtTm', accepted.toISOString()) : undefined,
    element('ChrgBr', 'SLEV'),
    originalPayer === undefined ? undefined : element('UltmtDbtr', [nameOf(originalPayer)]),
    element('Dbtr', [nameOf(payerName)]),
    account('DbtrAcct', payerIban),
    agent('DbtrAgt', bic),
    // A payment names the payee's IBAN alone; which bank that is, the directory of the clearing tells.
    agent('CdtrAgt', undefined),
    element('Cdtr', [nameOf(payee.name), postalAddress(payee)]),
    account('CdtrAcct', payee.iban),
    ultimatePayee === undefined ? undefined : element('UltmtCdtr', [nameOf(ultimatePayee)]),
    element('RmtInf', [remittance(request)]),
  ]);
}

function isInstant({ paymentOrder }: ParsedSepaPayment): boolean {
  return paymentOrder === 'SEPA_INST';
}

/**
 * The TPP's own id of the submission where the field takes it, a UUID without its hyphens: one that were shortened or spelled
 * otherwise would be nobody's.
 */
function endToEndId({ submissionId, archiveId }: OutgoingTransfer): string {
  const id = UUID.test(submissionId) ? submissionId.replaceAll('-', '') : submissionId;
  return id.length <= MAX_ID_LENGTH && isInSepaCharacters(id) ? id : archiveId;
}

function nameOf(name: string): XmlElement {
  return element('Nm', toSepaCharacters(name, MAX_NAME_LENGTH));
}

function account(name: string, iban: string): XmlElement {
  return element(name, [element('Id', [element('IBAN', iban)])]);
}

function agent(name: string, bic: string | undefined): XmlElement {
  const identified = bic === undefined ? element('Othr', [element('Id', NOT_PROVIDED)]) : element('BICFI', bic);
  return element(name, [element('FinInstnId', [identified])]);
}

function postalAddress(payee: ParsedSepaPayment['payee']): XmlElement | undefined {
  const address = structuredAddress(payee.address, payee.country);
  if (address === undefined) return undefined;
  return element('PstlAdr', [
    address.postCode === undefined ? undefined : element('PstCd', address.postCode),
    element('TwnNm', address.town),
    element('Ctry', address.country),
    ...address.lines.map((line) => element('AdrLine', line)),
  ]);
}

/** A reference is structured, so that the payee's books match it by machine; a message is not. */
function remittance({ message, reference }: ParsedSepaPayment): XmlElement {
  if (reference === undefined) return element('Ustrd', toSepaCharacters(message ?? '', MAX_REMITTANCE_LENGTH));
  // ISO 11649 names its issuer; a national reference has none.
  const issuer = isCreditorReference(reference) ? element('Issr', 'ISO') : undefined;
  return element('Strd', [
    element('CdtrRefInf', [
      element('Tp', [element('CdOrPrtry', [element('Cd', 'SCOR')]), issuer]),
      element('Ref', reference),
    ]),
  ]);
}
