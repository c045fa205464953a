import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  deleteRegisteredClient,
  type ManagementSettings,
  printRegistrationResult,
  REGISTRATION_FILES,
  type RegisteredTpp,
  type Registration,
  readRegisteredClient,
  readRegistrationDirectory,
  rotateClientSecret,
  updateRegisteredClient,
} from '@lupa/tpp';
import type { ExitCode } from '../exit-code.ts';
import { writePrivateFile } from '../files/private-file.ts';
import { columns } from '../print/columns.ts';
import { painter } from '../print/paint.ts';
import { retiredPath } from '../register/unfinished-registration.ts';
import { explainManagement } from './explain-management.ts';

/** Options of every `lupa registration` command. */
export interface RegistrationOptions {
  readonly tpp: string;
  readonly json?: boolean;
}

export interface UpdateOptions extends RegistrationOptions {
  readonly redirectUri?: readonly string[];
  readonly addRedirectUri?: readonly string[];
  readonly name?: string;
}

/** What a command works with. */
interface Kept extends RegisteredTpp {
  readonly settings: ManagementSettings;
}

/** `lupa registration show`: what the bank has registered. */
export function runShow(options: RegistrationOptions): Promise<ExitCode> {
  return run(options, async (kept) => {
    const registration = await readRegisteredClient(kept.settings);
    await store(options, kept, registration);
    return describe(kept, registration);
  });
}

/** `lupa registration update`: other redirect URIs, another name. */
export function runUpdate({ redirectUri, addRedirectUri = [], name, ...options }: UpdateOptions): Promise<ExitCode> {
  return run(options, async (kept) => {
    const current = redirectUri ?? kept.registration.redirectUris;
    const changes = {
      ...(redirectUri === undefined && addRedirectUri.length === 0
        ? {}
        : { redirectUris: [...new Set([...current, ...addRedirectUri])] }),
      ...(name === undefined ? {} : { clientName: name }),
    };
    const registration = await updateRegisteredClient(kept.settings, changes);
    await store(options, kept, registration);
    return describe(kept, registration);
  });
}

/** `lupa registration rotate-secret`: the bank gives a new secret, which takes the old one's place in the file. */
export function runRotateSecret(options: RegistrationOptions): Promise<ExitCode> {
  return run(options, async (kept) => {
    const registration = await rotateClientSecret(kept.settings);
    await store(options, kept, registration);
    const { clientId, previousSecretExpiresAt: until } = registration;
    const time = until?.toTimeString().slice(0, 5);
    return {
      json: { clientId, rotated: true, previousSecretExpiresAt: until },
      text: [
        `${join(options.tpp, REGISTRATION_FILES.result)} has the new secret.`,
        ...(time === undefined ? [] : [`The old one works until ${time}, or until the new one is first used.`]),
      ],
    };
  });
}

/** `lupa registration delete`: the bank forgets the client; the directory is put aside. */
export function runDelete(options: RegistrationOptions): Promise<ExitCode> {
  return run(options, async (kept) => {
    await deleteRegisteredClient(kept.settings);
    const retired = retiredPath(options.tpp, 'deleted', new Date());
    await rename(options.tpp, retired);
    const { clientId } = kept.registration;
    return {
      json: { clientId, deleted: true, directory: retired },
      text: [
        `Client ${clientId} is deleted at the bank.`,
        `Its files are in ${retired} now; nothing needs them any more.`,
      ],
    };
  });
}

interface Outcome {
  readonly json: object;
  readonly text: readonly string[];
}

async function run({ tpp, json }: RegistrationOptions, work: (kept: Kept) => Promise<Outcome>): Promise<ExitCode> {
  try {
    const registered = await readRegistrationDirectory(tpp);
    const { registration, client } = registered;
    const settings = { registration, tls: client.tls, limits: { attempts: 2, attemptMs: 30_000 } };
    const outcome = await work({ ...registered, settings });
    process.stdout.write(json ? `${JSON.stringify(outcome.json)}\n` : `${outcome.text.join('\n')}\n`);
    return 0;
  } catch (error) {
    const paint = painter(process.stderr);
    process.stderr.write(`${paint('red', 'lupa registration:')} ${explainManagement(error, tpp)}\n`);
    return 1;
  }
}

/** In one step, so that there is always one whole answer of the bank's: the earlier or this one. */
async function store({ tpp }: RegistrationOptions, { client }: Kept, registration: Registration): Promise<void> {
  const text = printRegistrationResult(registration, client.signing.kid).reveal();
  await writePrivateFile(join(tpp, REGISTRATION_FILES.result), text);
}

/** Everything but the secrets. */
function describe({ bank }: Kept, registration: Registration): Outcome {
  const { clientId, clientName, redirectUris, jwksEndpoint, clientSecretExpiresAt } = registration;
  const facts = { bank, clientId, clientName, jwksEndpoint, clientSecretExpiresAt };
  const paint = painter(process.stdout);
  const rows = [
    ['client id', clientId],
    ...(clientName === undefined ? [] : [['name', clientName]]),
    ...(bank === undefined ? [] : [['bank', bank]]),
    ...(jwksEndpoint === undefined ? [] : [['public keys', jwksEndpoint]]),
    ...(clientSecretExpiresAt === undefined ? [] : [['secret until', clientSecretExpiresAt.toISOString()]]),
    ...redirectUris.map((uri, index) => [index === 0 ? 'redirect URIs' : '', uri]),
  ];
  return {
    json: { ...facts, redirectUris },
    text: columns(
      rows.map(([name = '', value = '']) => [paint('dim', name), value]),
      '',
    ),
  };
}
