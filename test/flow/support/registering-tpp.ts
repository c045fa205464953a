import { createPublicKey, generateKeyPair, type KeyObject, randomInt, randomUUID, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type JwsAlgorithm, type RegistrationAnswer, signCompactJws } from '@lupa/protocol';
import type { Sandbox } from '@lupa/sandbox';
import type { CertifiedJwk } from '../../../packages/sandbox/src/certificates/certified-jwk.ts';
import { DEMO_AUTHORITY } from '../../../packages/sandbox/src/certificates/demo-organisation.ts';
import { dataDirectory } from '../../../packages/sandbox/src/files/data-directory.ts';
import { GeneratedTpps } from '../../../packages/sandbox/src/generator/generated-tpps.ts';
import { GENERATED_KEYS_PATH, publicJwksUrl } from '../../../packages/sandbox/src/generator/generator-routes.ts';
import { type Answer, callHttps, type HttpsCall, jsonOf } from './https-call.ts';
import { type CertificateWishes, issueFor, newKey, pemOf, type TppIdentity } from './tpp-identity.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** A key with what it is called and how it signs. */
export interface Signer {
  readonly kid: string;
  readonly alg: JwsAlgorithm;
  readonly key: KeyObject;
}

/** What a test may want otherwise in a registration; everything else is right. */
export interface RegistrationWishes {
  /** Members of the registration JWT; undefined takes one out. */
  readonly claims?: Claims;
  /** Members of the software statement. */
  readonly statement?: Claims;
  readonly signer?: Signer;
  readonly statementSigner?: Signer;
  /** The software statement as it stands, instead of a signed one. */
  readonly softwareStatement?: (right: string) => string;
  /** The whole body, instead of a signed JWT. */
  readonly body?: (right: string) => string | Uint8Array;
  /** The keys that are published, instead of the TPP's own. */
  readonly keys?: unknown;
  readonly revokedKeys?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificate and key of the connection, PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const generateKeys = promisify(generateKeyPair);

const REDIRECT_URI = 'http://localhost/registered';

/** A TPP of its own organisation that has everything and is no client yet. */
export class RegisteringTpp {
  readonly organisation = `PSDFI-FINFSA-${randomInt(10 ** 12)}`;
  readonly organisationId = this.organisation.slice(3);
  readonly jwksId: string = randomUUID();
  readonly tlsKey: KeyObject;
  readonly sealKey = newKey();
  readonly #sandbox: Sandbox;
  readonly ca: string;
  /** PEM */
  qwac = '';
  /** As it is published. */
  keys: object[] = [];

  private constructor(sandbox: Sandbox, ca: string, tlsKey: KeyObject) {
    this.#sandbox = sandbox;
    this.ca = ca;
    this.tlsKey = tlsKey;
    this.webSigner = { kid: 'web', alg: 'RS256', key: tlsKey };
  }

  static async of(sandbox: Sandbox): Promise<RegisteringTpp> {
    // Not made at a stretch: the bank runs in this process, and is busy for as long as that takes.
    const { privateKey } = await generateKeys('rsa', { modulusLength: 2048 });
    const tpp = new RegisteringTpp(sandbox, await readFile(sandbox.ca, 'utf8'), privateKey);
    tpp.qwac = await tpp.issue(tpp.tlsKey);
    const seal = await tpp.issue(tpp.sealKey, { type: 'seal' });
    tpp.keys = [tpp.jwk('web', tpp.tlsKey, tpp.qwac), tpp.jwk('seal', tpp.sealKey, seal)];
    return tpp;
  }

  get jwksEndpoint(): string {
    return publicJwksUrl(this.#sandbox.authorize, this.jwksId);
  }

  get revokedEndpoint(): string {
    return `${this.#sandbox.authorize}${GENERATED_KEYS_PATH}${this.jwksId}/revoked.json`;
  }

  get tls(): { readonly cert: string; readonly key: string } {
    return { cert: this.qwac, key: pemOf(this.tlsKey) };
  }

  readonly webSigner: Signer;
  readonly sealSigner: Signer = { kid: 'seal', alg: 'ES256', key: this.sealKey };

  /** A certificate for its organisation, unless told otherwise. */
  issue(key: KeyObject, wishes: CertificateWishes = {}): Promise<string> {
    return issueFor(this.#sandbox, key, { organizationIdentifier: this.organisation, ...wishes });
  }

  /** A public key as it is published. */
  jwk(kid: string, key: KeyObject, certificate: string): object {
    const x5c = [certificate, this.ca].map((pem) => new X509Certificate(pem).raw.toString('base64'));
    return { ...createPublicKey(key).export({ format: 'jwk' }), kid, use: 'sig', x5c };
  }

  /** Publishes keys at its endpoint: whatever they are. */
  async publish(keys: unknown = this.keys, revokedKeys: unknown = []): Promise<void> {
    await new GeneratedTpps(dataDirectory(this.#sandbox.dataDir).generatedTpps).keep({
      id: this.jwksId,
      developerKeyDigest: '',
      organisation: { name: 'T', commonName: 'T', country: 'FI', organizationIdentifier: this.organisation },
      nca: DEMO_AUTHORITY,
      keys: keys as CertifiedJwk[],
      revokedKeys: revokedKeys as CertifiedJwk[],
    });
  }

  statement(): Claims {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: 'Test TPP',
      iat: now - 100,
      exp: now + 18_000,
      jti: randomUUID(),
      software_client_id: 'test-software',
      software_roles: ['PIS'],
      software_jwks_endpoint: this.jwksEndpoint,
      software_jwks_revoked_endpoint: this.revokedEndpoint,
      software_client_name: 'Testikauppa',
      software_redirect_uris: [REDIRECT_URI, 'https://tpp.example/callback'],
      software_client_uri: 'https://tpp.example',
      org_name: 'Test TPP',
      org_id: this.organisationId,
      org_contacts: [{ name: 'N', email: 'n@tpp.example', phone: '+358', type: 'Technical' }],
    };
  }

  claims(softwareStatement: string): Claims {
    const now = Math.floor(Date.now() / 1000);
    return {
      iat: now - 100,
      exp: now + 18_000,
      aud: 'https://op.fi/',
      jti: randomUUID(),
      redirect_uris: [REDIRECT_URI],
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      software_statement: softwareStatement,
    };
  }

  /** Publishes its keys and registers. */
  async register(wishes: RegistrationWishes = {}): Promise<Answer> {
    await this.publish(wishes.keys ?? this.keys, wishes.revokedKeys);
    return this.send(this.body(wishes), wishes);
  }

  /** The registration JWT. */
  body({ claims, statement, signer = this.webSigner, ...wishes }: RegistrationWishes = {}): string | Uint8Array {
    const { statementSigner = signer, softwareStatement = (right) => right, body = (right) => right } = wishes;
    const signedStatement = softwareStatement(signJwt({ ...this.statement(), ...statement }, statementSigner));
    return body(signJwt({ ...this.claims(signedStatement), ...claims }, signer));
  }

  send(body: string | Uint8Array, { headers = {}, tls = this.tls }: RegistrationWishes = {}): Promise<Answer> {
    const url = `${this.#sandbox.api}/tpp-registration/register`;
    const all = { 'content-type': 'application/jwt', 'x-api-key': 'developer', ...headers };
    return callOften({ url, method: 'POST', headers: all, body, tls: { ...tls, ca: this.ca } });
  }

  /** A call about what was registered (RFC 7592). */
  manage(
    registered: Pick<RegistrationAnswer, 'registration_client_uri' | 'registration_access_token'>,
    {
      method = 'GET',
      path = '',
      token = registered.registration_access_token,
      body,
      tls = this.tls,
    }: {
      readonly method?: string;
      readonly path?: string;
      readonly token?: string | null;
      readonly body?: object | string;
      readonly tls?: { readonly cert: string; readonly key: string };
    } = {},
  ): Promise<Answer> {
    const url = `${registered.registration_client_uri}${path}`;
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    const bytes = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return callOften({
      ...{ url, method, headers, tls: { ...tls, ca: this.ca } },
      ...(bytes === undefined ? {} : { body: bytes }),
    });
  }

  /** What it calls the bank with once it is registered. */
  identity(registered: RegistrationAnswer): TppIdentity {
    return {
      clientId: registered.client_id,
      clientSecret: registered.client_secret,
      apiKey: registered.api_key,
      tls: { ...this.tls, ca: this.ca },
      signer: this.sealSigner,
      redirectUri: REDIRECT_URI,
    };
  }
}

/** On a busy machine the bank may say that it is busy, with nothing done: then it is asked again, as it wants to be. */
async function callOften(call: HttpsCall): Promise<Answer> {
  for (;;) {
    const answer = await callHttps(call);
    if (answer.status !== 503) return answer;
    await sleep(200);
  }
}

/** Registers, and must succeed. */
export async function registered(tpp: RegisteringTpp, wishes: RegistrationWishes = {}): Promise<RegistrationAnswer> {
  const answer = await tpp.register(wishes);
  if (answer.status !== 201) throw new Error(`not registered: ${answer.bytes}`);
  return jsonOf<RegistrationAnswer>(answer);
}

/** A JWT of these claims; those that are undefined are left out. */
export function signJwt(claims: Claims, signer: Signer): string {
  return signCompactJws(Buffer.from(JSON.stringify(claims)), { ...signer, typ: 'JWT' });
}
