import { isIP } from 'node:net';
import { askOutside } from '../outside/ask-outside.ts';
import { whyNoAnswer } from '../outside/why-no-answer.ts';
import { type Check, type Finding, fault, warning, well } from './examination.ts';
import { lookAtTls, type ServerTls, type ShownTls } from './look-at-tls.ts';
import type { Patient } from './patient.ts';

/** A JWT is dated to the second and lives minutes: with a clock further off, a bank refuses ours and we refuse its. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/** Time enough to have a server's certificate renewed. */
const RENEWAL_DAYS = 14;
const DAY_MS = 86_400_000;

/** What the bank says of itself to anybody: its discovery document, its clock, TLS of its two addresses. */
export function bankChecks(patient: Patient): readonly Check[] {
  return [
    discoveryCheck(patient),
    clockCheck(patient),
    authorizeTlsCheck(patient),
    apiTlsCheck(patient),
    trustCheck(patient),
  ];
}

function discoveryCheck(patient: Patient): Check {
  return {
    id: 'discovery',
    name: 'discovery document',
    expected: 'the issuer that was asked, its endpoints, its mutual-TLS aliases',
    needs: ['bank'],
    look: async () => {
      const issuer = patient.issuer ?? '';
      const askedAt = patient.now();
      const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const answer = await askOutside(url, { ca: patient.registered?.client.tls.ca }).catch(whyNoAnswer);
      if (typeof answer === 'string') {
        return fault(
          `${issuer} gives none: ${answer}`,
          'Check the address (--bank) and that the bank is up: lupa up starts a sandbox.',
        );
      }
      if (answer.status !== 200) {
        return fault(
          `${url} answered ${answer.status}`,
          'Name the issuer with --bank: the address without any path of its own.',
        );
      }
      const document = objectOf(answer.json);
      if (document === undefined) return fault(`${url} is no JSON object`, 'Name the issuer with --bank.');
      if (document.issuer !== issuer) {
        return fault(
          `its issuer is ${String(document.issuer)}`,
          `Say it exactly as the bank does: --bank ${String(document.issuer)}`,
        );
      }
      const missing = missingFrom(document);
      if (missing.length > 0)
        return fault(`it lacks ${missing.join(', ')}`, 'Ask the bank; without these nobody can pay there.');
      const { token_endpoint: aliased } = Object(document.mtls_endpoint_aliases);
      const tokenEndpoint = String(aliased ?? document.token_endpoint);
      if (URL.parse(tokenEndpoint)?.protocol !== 'https:') {
        return fault(`its token endpoint is ${tokenEndpoint}`, 'Ask the bank: mutual TLS needs https.');
      }
      patient.discovery = { document, date: answer.date, askedAt, tokenEndpoint };
      return remarksOn(document, aliased);
    },
  };
}

const NEEDED = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

function missingFrom(document: Readonly<Record<string, unknown>>): string[] {
  return NEEDED.filter((name) => typeof document[name] !== 'string' || !URL.canParse(String(document[name])));
}

function remarksOn(document: Readonly<Record<string, unknown>>, aliased: unknown): Finding {
  if (typeof aliased !== 'string') {
    return warning(
      'no mtls_endpoint_aliases',
      'The token endpoint itself is used. RFC 8705 section 5 has aliases; ask the bank.',
    );
  }
  if (typeof document.registration_endpoint !== 'string') {
    return warning('no registration_endpoint', 'lupa register needs --registration-url at this bank.');
  }
  return well('issuer, endpoints, aliases and registration_endpoint');
}

function clockCheck(patient: Patient): Check {
  return {
    id: 'clock',
    name: 'clock',
    expected: "at most 60 s from the bank's",
    needs: ['discovery'],
    look: async () => {
      const { date, askedAt } = patient.discovery ?? {};
      if (date === undefined || askedAt === undefined)
        return warning('the bank sends no Date', 'Compare the clock yourself.');
      // Its Date is cut to the second.
      const behindMs = date.getTime() + 500 - askedAt.getTime();
      const seconds = Math.round(Math.abs(behindMs) / 1000);
      const found = seconds <= 1 ? "as the bank's" : `${seconds} s ${behindMs > 0 ? 'behind' : 'ahead of'} the bank's`;
      if (Math.abs(behindMs) <= MAX_CLOCK_DIFFERENCE_MS) return well(found);
      return fault(found, "Set this machine's clock (timedatectl set-ntp true). Tokens and signed requests are dated.");
    },
  };
}

function authorizeTlsCheck(patient: Patient): Check {
  return {
    id: 'tls-authorize',
    name: 'TLS to the issuer',
    expected: 'TLS 1.2 or 1.3 with its name, in time and trusted; plain on this machine',
    needs: ['discovery'],
    look: async () => {
      const issuer = patient.issuer ?? '';
      if (new URL(issuer).protocol === 'http:') return well('plain http on this machine: a sandbox');
      const server = await lookAtTls(issuer, { ca: patient.registered?.client.tls.ca }).catch(whyNoAnswer);
      if (typeof server === 'string') return fault(server, `Look what answers at ${issuer}.`);
      return server.distrust === undefined ? serverFinding(server, patient.now()) : distrusted(server);
    },
  };
}

function apiTlsCheck(patient: Patient): Check {
  return {
    id: 'tls-api',
    name: 'TLS to the payments API',
    expected: 'TLS 1.2 or 1.3, a certificate with its name and in time',
    needs: ['discovery'],
    look: async () => {
      const address = patient.discovery?.tokenEndpoint ?? '';
      const server = await lookAtTls(address, shownBy(patient)).catch(whyNoAnswer);
      if (typeof server === 'string') {
        return fault(
          `${new URL(address).host}: ${server}`,
          'Check that the bank is up and that no proxy stands between.',
        );
      }
      patient.apiTls = server;
      return serverFinding(server, patient.now());
    },
  };
}

/** A certificate whose key is another's cannot be shown; the server's own can be seen without. */
function shownBy({ registered, certificate }: Patient): ShownTls {
  if (registered === undefined) return {};
  const { tls } = registered.client;
  return certificate === undefined ? { ca: tls.ca } : tls;
}

function trustCheck(patient: Patient): Check {
  return {
    id: 'trust',
    name: "trust in the API's certificate",
    expected: 'signed by an issuer of ca.crt, or of Node where there is none',
    needs: ['tpp', 'tls-api'],
    look: async () => {
      const { apiTls } = patient;
      if (apiTls === undefined) return fault('no certificate was seen', 'Mend TLS first.');
      if (apiTls.distrust !== undefined) return distrusted(apiTls);
      const isOwn = patient.registered?.client.tls.ca !== undefined;
      return well(isOwn ? 'its issuer is in ca.crt' : 'its issuer is one that Node trusts');
    },
  };
}

function distrusted({ distrust, certificate }: ServerTls): Finding {
  return fault(
    `issued by ${nameIn(certificate.issuer)}, which is not trusted (${distrust})`,
    "Put the CA of the bank into ca.crt of the TPP's directory; a sandbox has it in its data directory.",
  );
}

function serverFinding({ host, protocol, certificate }: ServerTls, now: Date): Finding {
  const isItsName = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  if (isItsName === undefined) {
    return fault(
      `the certificate is for ${certificate.subjectAltName ?? nameIn(certificate.subject)}`,
      `Call the bank by a name of its certificate instead of ${host}, or ask for one with that name.`,
    );
  }
  const daysLeft = Math.floor((certificate.validToDate.getTime() - now.getTime()) / DAY_MS);
  const found = `${protocol}, ${host}, ${daysLeft} days left`;
  if (certificate.validFromDate > now) {
    return fault(`the certificate begins ${certificate.validFrom}`, 'Set the clock right, or wait.');
  }
  if (daysLeft < 0)
    return fault(
      `the certificate expired ${certificate.validTo}`,
      'The bank must renew it. A sandbox does at its next start.',
    );
  if (daysLeft < RENEWAL_DAYS) return warning(found, 'The bank must renew it soon. A sandbox does at its next start.');
  return well(found);
}

/** The common name of an RFC 2253 name as Node prints it. */
function nameIn(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll('\n', ', ');
}

/** @returns undefined when it is no JSON object */
function objectOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
}
