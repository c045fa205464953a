import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpFailure, type HttpRequest, Tpp } from '@lupa/tpp';
import type { WireLog } from '../../src/wire/wire-log.ts';

/** A real `Tpp` whose bank cannot be reached: `sent` holds what the shop tried to send it. */
export interface SilentBank {
  readonly tpp: Tpp;
  readonly sent: HttpRequest[];
}

export const REDIRECT_URI = 'http://localhost:8181/return';

const identity = selfSignedCertificate();
const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

export function silentBank(wire: WireLog): SilentBank {
  const sent: HttpRequest[] = [];
  const tpp = new Tpp({
    clientId: 'tuohi',
    clientSecret: 'the-secret-of-tuohi',
    apiKey: 'the-api-key-of-tuohi',
    redirectUri: REDIRECT_URI,
    tls: identity,
    signing: { key: signingKey.export({ type: 'pkcs8', format: 'pem' }).toString(), kid: 'tuohi-1', alg: 'ES256' },
    endpoints: {
      issuer: 'https://bank.test',
      authorize: 'https://bank.test/oauth/authorize',
      token: 'https://api.bank.test/oauth/token',
      api: 'https://api.bank.test/payments-psd2/v1',
      idTokenKeys: 'https://bank.test/oauth/jwks/PSD2_OIDC',
      responseKeys: 'https://bank.test/jwks/payments/jwks.json',
      audience: 'https://api.bank.test',
    },
    limits: { attempts: 1 },
    onExchange: wire.record,
    http: async (request) => {
      sent.push(request);
      throw new HttpFailure('unreachable');
    },
  });
  return { tpp, sent };
}

function selfSignedCertificate(): { cert: string; key: string } {
  const directory = mkdtempSync(join(tmpdir(), 'tuohi-'));
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', ...key, '-subj', '/CN=tuohi', '-out', certFile], { stdio: 'pipe' });
  const made = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  rmSync(directory, { recursive: true });
  return made;
}
