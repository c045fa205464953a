import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  CertificateError,
  judgeCertificate,
  organisationIdOf,
  type PaymentCertificate,
  readCertificate,
  readCertificates,
} from '@lupa/certificates';
import { readRegistrationDirectory, type Secret, TppError } from '@lupa/tpp';
import { askOutside } from '../outside/ask-outside.ts';
import { whyNoAnswer } from '../outside/why-no-answer.ts';
import { type Check, type Finding, fault, nothingYet, warning, well } from './examination.ts';
import type { Patient } from './patient.ts';

const RENEWAL_DAYS = 30;
const DAY_MS = 86_400_000;

/** The TPP: its files, the certificate it shows, the key it signs with; and which bank all this is about. */
export function tppChecks(patient: Patient): readonly Check[] {
  return [filesCheck(patient), bankCheck(patient), certificateCheck(patient)];
}

/** What can be looked at only where the bank can be reached. */
export function signingChecks(patient: Patient): readonly Check[] {
  return [signingKeyCheck(patient)];
}

function filesCheck(patient: Patient): Check {
  const { tppDirectory, files } = patient;
  const directory = tppDirectory ?? files.tpp.directory;
  return {
    id: 'tpp',
    name: "TPP's files",
    expected: 'a registration with its certificate and keys, as lupa register writes',
    look: async () => {
      if (tppDirectory === undefined && !existsSync(directory)) {
        return nothingYet(
          `there is no directory ${directory} yet`,
          'lupa up makes a demo TPP there; or name a directory of lupa register with --tpp.',
        );
      }
      try {
        patient.registered = await readRegistrationDirectory(directory);
        return well(`${directory}, client ${patient.registered.registration.clientId}`);
      } catch (error) {
        if (!(error instanceof TppError)) throw error;
        return fault(
          error.detail ?? error.message,
          `Make them: lupa register --out ${directory} (with --force to replace what is there).`,
        );
      }
    },
  };
}

function bankCheck(patient: Patient): Check {
  return {
    id: 'bank',
    name: 'bank',
    expected: "an address: --bank, the TPP's bank.json, or a running sandbox",
    look: async () => {
      const address = patient.bank ?? patient.registered?.bank ?? patient.running?.authorize;
      if (address === undefined)
        return nothingYet('no bank is named and no sandbox runs', 'Start one: lupa up. Or name a bank with --bank.');
      const url = URL.parse(address);
      const isLocal = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
      if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLocal)) {
        return fault(
          `${address} is neither https nor http on this machine`,
          'Name the issuer with --bank, such as http://localhost:8080.',
        );
      }
      patient.issuer = address;
      return well(address);
    },
  };
}

function certificateCheck(patient: Patient): Check {
  return {
    id: 'client-certificate',
    name: 'client certificate',
    expected: 'a QWAC in time, with the PI role, and the key that belongs to it',
    needs: ['tpp'],
    look: async () => {
      const { cert, key } = patient.registered?.client.tls ?? { cert: '', key: '' };
      const [certificate] = readCertificates(cert);
      if (certificate === undefined) return fault('client.crt holds no certificate', RENEW_QWAC);
      if (!new X509Certificate(certificate.raw).checkPrivateKey(createPrivateKey(textOf(key)))) {
        return fault('key.pem is the key of another certificate', 'Put the key beside it that it was requested with.');
      }
      patient.certificate = certificate;
      return certificateFinding(certificate, 'tls', patient.now());
    },
  };
}

const RENEW_QWAC = 'Have a QWAC issued; in a sandbox, lupa register makes one.';

function certificateFinding(certificate: PaymentCertificate, use: 'tls' | 'signature', at: Date): Finding {
  const refusal = judgeCertificate(certificate, { use, at });
  if (refusal !== undefined) return fault(`a bank refuses it (${refusal.code})`, refusal.message);
  const daysLeft = Math.floor((certificate.notAfter.getTime() - at.getTime()) / DAY_MS);
  const kind = use === 'tls' ? 'QWAC' : 'QSEALC';
  const found = `${kind} of ${organisationIdOf(certificate) ?? 'nobody'}, ${daysLeft} days left`;
  return daysLeft < RENEWAL_DAYS ? warning(found, 'Have it renewed now: its issuer takes a while.') : well(found);
}

function signingKeyCheck(patient: Patient): Check {
  return {
    id: 'signing-key',
    name: 'signing key',
    expected: 'its kid in the registered key set, with a QSEALC in time of the same organisation',
    needs: ['tpp', 'client-certificate', 'bank'],
    look: async () => {
      const { registered, certificate } = patient;
      if (registered === undefined || certificate === undefined)
        return fault('no TPP was read', 'Mend its files first.');
      const { jwksEndpoint } = registered.registration;
      const { signing, tls } = registered.client;
      if (jwksEndpoint === undefined)
        return warning('the registration names no key set', 'Ask the bank which keys it knows.');
      const answer = await askOutside(jwksEndpoint, { ca: tls.ca }).catch(whyNoAnswer);
      if (typeof answer === 'string' || answer.status !== 200) {
        const why = typeof answer === 'string' ? answer : `it answered ${answer.status}`;
        return fault(`${jwksEndpoint}: ${why}`, 'The bank reads your keys there: put it up again.');
      }
      const { keys } = Object(answer.json);
      const jwk = Array.isArray(keys) ? keys.find((each) => Object(each).kid === signing.kid) : undefined;
      if (jwk === undefined) {
        return fault(
          `${jwksEndpoint} has no key ${signing.kid}`,
          'Publish the key there, or sign with one that is there.',
        );
      }
      if (
        !createPublicKey(createPrivateKey(textOf(signing.key))).equals(createPublicKey({ key: jwk, format: 'jwk' }))
      ) {
        return fault(
          `the key ${signing.kid} there is another one than in ssa-signing-key.pem`,
          'Publish the public half of your key.',
        );
      }
      return sealFinding(jwk, certificate, patient.now());
    },
  };
}

/** The first certificate of `x5c`, which is the key's own (RFC 7517 section 4.7). */
function sealFinding(jwk: { readonly x5c?: unknown }, qwac: PaymentCertificate, at: Date): Finding {
  const [first] = Array.isArray(jwk.x5c) ? (jwk.x5c as unknown[]) : [];
  if (typeof first !== 'string')
    return fault('the key has no x5c', 'Publish its QSEALC with it: a bank takes no bare key.');
  let seal: PaymentCertificate;
  try {
    seal = readCertificate(Buffer.from(first, 'base64'));
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return fault(`its x5c is no certificate: ${error.message}`, 'Publish the QSEALC as base64 of its DER.');
  }
  if (organisationIdOf(seal) !== organisationIdOf(qwac)) {
    return fault(
      `its QSEALC is of ${organisationIdOf(seal) ?? 'nobody'}, the QWAC of ${organisationIdOf(qwac) ?? 'nobody'}`,
      'Have both issued to the same organisation.',
    );
  }
  return certificateFinding(seal, 'signature', at);
}

function textOf(secret: string | Secret): string {
  return typeof secret === 'string' ? secret : secret.reveal();
}
