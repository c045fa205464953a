import { readFile, writeFile } from 'node:fs/promises';
import { printRegistrationResult, type Registration, registerTpp } from '@lupa/tpp';

/** Registers a TPP that has its certificates, and whose public keys are at `jwksEndpoint` already. */
export async function register(bank: string, directory: string, jwksEndpoint: string): Promise<Registration> {
  const read = (name: string) => readFile(`${directory}/${name}`, 'utf8');
  const registration = await registerTpp({
    bank,
    developerKey: process.env.DEVELOPER_KEY ?? 'any-key-in-a-sandbox',
    tls: { cert: await read('client.crt'), key: await read('key.pem'), ca: await read('ca.crt') },
    signing: { key: await read('ssa-signing-key.pem'), kid: 'qseal-2026', alg: 'ES256' },
    software: {
      tppId: 'Banklify Oy',
      name: 'Banklify',
      uri: 'https://banklify.example/',
      jwksEndpoint,
      organisation: { name: 'Banklify Oy', id: 'FI-FINFSA-1234567-1' },
    },
    redirectUris: ['https://banklify.example/return'],
  });
  // The bank says its secrets once: they are stored before anything else is done.
  const result = printRegistrationResult(registration, 'qseal-2026').reveal();
  await writeFile(`${directory}/registration-result.txt`, result, { mode: 0o600 });
  await writeFile(`${directory}/bank.json`, JSON.stringify({ bank }), { mode: 0o600 });
  return registration;
}
