import { randomUUID } from 'node:crypto';
import {
  deleteRegisteredClient,
  printRegistrationResult,
  REGISTRATION_FILES,
  type Registration,
  registerTpp,
} from '@lupa/tpp';
import { privatePem } from '../certificates/keep-key.ts';
import type { StepPrinter } from '../pay/step-printer.ts';
import { isThisMachine } from '../this-machine.ts';
import { askGenerator, generatorOf } from './ask-generator.ts';
import { checkHostedKeys } from './hosted-keys.ts';
import type { RegistrationPlan } from './registration-plan.ts';
import { pemOf, privateJwkOf, publicJwkOf, type TppCertificates } from './tpp-certificates.ts';
import type { UnfinishedRegistration } from './unfinished-registration.ts';

/** A TPP that can be registered: its certificates are checked and its public keys are where the bank will look for them. */
export interface ReadyTpp {
  readonly certificates: TppCertificates;
  readonly jwksUrl: string;
  readonly jwksRevokedUrl?: string;
  /** The issuer of the generated certificates, PEM. */
  readonly issuerPem?: string;
}

/** What the steps of a registration share. */
export interface Registering {
  readonly plan: RegistrationPlan;
  /** PEM of the issuers of the bank's certificate, where the machine does not know them. */
  readonly ca: string | undefined;
  readonly steps: StepPrinter;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** A registration that the bank has, and its directory. */
export interface Registered {
  readonly registration: Registration;
  readonly certificates: TppCertificates;
  readonly files: readonly string[];
  /** Where the registration went that was in the directory before. */
  readonly replaced?: string;
}

/** Has a generator make the TPP, and looks where its keys are hosted. */
export async function generateTpp({ plan, steps, signal, now }: Registering): Promise<ReadyTpp> {
  const { bank = '', certificateUrl = generatorOf(bank), country, developerKey, software } = plan;
  steps.begin('Have keys and certificates made');
  const onFetch = fetchPrinter(steps);
  const wish = { country, name: software.name, developerKey };
  const tpp = await askGenerator(certificateUrl, wish, { onFetch, signal, at: now() });
  showCertificates(tpp.certificates, steps);
  return { ...tpp, certificates: await findHostedKeys(tpp.jwksUrl, tpp.certificates, { steps, signal }) };
}

/** Fetches the key set as the bank will. */
export async function findHostedKeys(
  url: string,
  certificates: TppCertificates,
  { steps, signal }: Pick<Registering, 'steps' | 'signal'>,
): Promise<TppCertificates> {
  steps.begin('Fetch the public keys from where the bank will');
  const hosted = await checkHostedKeys(url, certificates, { onFetch: fetchPrinter(steps), signal });
  steps.note('both keys are there, each with its certificate');
  return hosted;
}

/** Registers the TPP and puts its directory in place. From the moment the bank has answered nothing interrupts it. */
export async function register(
  { plan, ca, steps, signal, now }: Registering,
  tpp: ReadyTpp,
  registrationUrl: string,
  unfinished: UnfinishedRegistration,
): Promise<Registered> {
  const { certificates } = tpp;
  const { qwac, qseal, organisationId } = certificates;
  const softwareId = plan.software.id ?? randomUUID();
  const keys = keyFiles(certificates, plan.bank, ca);
  await unfinished.keep(keys);
  steps.begin('Sign the software statement and the registration, and register');
  // OP's own example signs with the QWAC's key; one that is good for TLS only leaves it to the QSEALC's.
  const { key, kid, alg = 'ES256' } = qwac.alg === undefined ? qseal : qwac;
  const tls = { cert: pemOf(qwac), key: privatePem(qwac.key), ...(ca === undefined ? {} : { ca }) };
  await unfinished.noteSending({ at: now().toISOString(), url: registrationUrl, softwareId });
  const { organisation, ...software } = plan.software;
  const registration = await registerTpp(
    {
      registrationUrl,
      developerKey: plan.developerKey,
      tls,
      signing: { key: privatePem(key), kid, alg },
      software: {
        ...software,
        id: softwareId,
        jwksEndpoint: tpp.jwksUrl,
        ...(tpp.jwksRevokedUrl === undefined ? {} : { jwksRevokedEndpoint: tpp.jwksRevokedUrl }),
        organisation: {
          name: qwac.certificate.subject.organization ?? software.name,
          id: organisationId,
          ...organisation,
        },
      },
      redirectUris: plan.redirectUris,
      ...(plan.audience === undefined ? {} : { audience: plan.audience }),
      ...(plan.grantTypes === undefined ? {} : { grantTypes: plan.grantTypes }),
      onExchange: steps.exchange,
      limits: { attempts: 2, attemptMs: 30_000 },
    },
    { signal },
  );
  steps.facts({
    'client id': registration.clientId,
    ...(registration.clientName && { name: registration.clientName }),
  });
  steps.begin('Write the files');
  const replaced = await store(registration, qseal.kid, unfinished, now()).catch(async (error: unknown) => {
    const isGone = await deleteRegisteredClient({ registration, tls }).then(
      () => true,
      () => false,
    );
    throw new FilesNotWritten(error, registration.clientId, isGone);
  });
  const files = [...Object.keys(keys), REGISTRATION_FILES.result];
  return { registration, certificates, files, ...(replaced === undefined ? {} : { replaced }) };
}

/** The bank says its secrets once; without a file that has them the registration is worth nothing. */
export class FilesNotWritten extends Error {
  override readonly name = 'FilesNotWritten';

  constructor(cause: unknown, clientId: string, isGone: boolean) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const rest = isGone
      ? 'It is deleted at the bank again, so nothing is left of it.'
      : 'It could not be deleted again either; nobody has its secret, so nobody can use it.';
    super(`The bank registered client ${clientId}, but the files could not be written: ${why}. ${rest}`, { cause });
  }
}

async function store(
  registration: Registration,
  signingKid: string,
  unfinished: UnfinishedRegistration,
  now: Date,
): Promise<string | undefined> {
  const result = printRegistrationResult(registration, signingKid).reveal();
  await unfinished.keep({ [REGISTRATION_FILES.result]: result });
  return unfinished.finish(now);
}

/** Whether the issuer of generated certificates is also the bank's: so it is in a sandbox on this machine, and nowhere else for sure. */
export function issuerOfSandbox({ bank }: RegistrationPlan, { issuerPem }: ReadyTpp): string | undefined {
  return bank !== undefined && isThisMachine(bank) ? issuerPem : undefined;
}

/** Shows whose certificates they are and until when. */
export function showCertificates({ qwac, qseal, organisationId }: TppCertificates, steps: StepPrinter): void {
  const until = ({ notAfter }: { readonly notAfter: Date }) => `valid until ${notAfter.toISOString().slice(0, 10)}`;
  steps.facts({
    organisation: organisationId,
    QWAC: until(qwac.certificate),
    QSEALC: until(qseal.certificate),
  });
}

/** The set that the bank fetches. */
export function publicKeySet({ qwac, qseal }: TppCertificates): string {
  return `${JSON.stringify({ keys: [publicJwkOf(qwac), publicJwkOf(qseal)] }, null, 2)}\n`;
}

function keyFiles(certificates: TppCertificates, bank: string | undefined, ca: string | undefined) {
  const { qwac, qseal } = certificates;
  return {
    [REGISTRATION_FILES.certificate]: pemOf({ ...qwac, chain: withoutRoot(qwac.chain) }),
    [REGISTRATION_FILES.key]: privatePem(qwac.key),
    [REGISTRATION_FILES.signingKey]: privatePem(qseal.key),
    [REGISTRATION_FILES.privateJwks]: `${JSON.stringify({ keys: [privateJwkOf(qwac), privateJwkOf(qseal)] }, null, 2)}\n`,
    [REGISTRATION_FILES.publicJwks]: publicKeySet(certificates),
    ...(bank === undefined ? {} : { [REGISTRATION_FILES.bank]: `${JSON.stringify({ bank }, null, 2)}\n` }),
    ...(ca === undefined ? {} : { [REGISTRATION_FILES.ca]: ca }),
  };
}

/** RFC 8446 section 4.4.2: whoever trusts a root has it. */
function withoutRoot<Link extends { readonly subjectDer: Uint8Array; readonly issuerDer: Uint8Array }>(
  chain: readonly Link[],
): readonly Link[] {
  return chain.filter(({ subjectDer, issuerDer }, index) => index === 0 || !Buffer.from(subjectDer).equals(issuerDer));
}

function fetchPrinter({ exchange }: StepPrinter) {
  return (method: string, url: string, outcome: number | string, durationMs: number) =>
    exchange({
      purpose: 'registration',
      attempt: 1,
      startedAt: new Date(),
      durationMs,
      request: { method, url, headers: {} },
      ...(typeof outcome === 'number' ? { answer: { status: outcome, headers: {}, body: '' } } : { failure: outcome }),
    });
}
