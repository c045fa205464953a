import { type Command, InvalidArgumentError } from 'commander';
import { isRevocationReason, REVOCATION_REASONS, type RevocationReason } from '../certificates/revocation.ts';
import type { CertInspectOptions } from '../certificates/run-cert-inspect.ts';
import type { CertRevokeOptions } from '../certificates/run-cert-revoke.ts';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';

/** `lupa cert`: certificates of payment service providers. */
export function addCertCommand(program: Command, finish: (code: ExitCode) => void): void {
  const cert = program
    .command('cert')
    .summary('explain or revoke a certificate')
    .description('Certificates of payment service providers: QWAC and QSEALC.')
    .addHelpText('after', EXAMPLES);
  addInspect(cert, finish);
  addRevoke(cert, finish);
}

function addInspect(cert: Command, finish: (code: ExitCode) => void): void {
  cert
    .command('inspect')
    .summary('what it is, and what a bank would refuse it for')
    .description('Explains a certificate: whose it is, for what, how long; and what a bank refuses it for.')
    .argument('<file or url>', 'PEM, DER or a key set (JWKS); or a server: https://host:port')
    .option('--trust <file>', 'the authorities that the bank trusts, PEM')
    .option('--data <dir>', 'without --trust: the sandbox whose CA is trusted', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'print what was found as one line of JSON')
    .addHelpText('after', DETAILS)
    .action(async (source: string, options: CertInspectOptions) => {
      const { runCertInspect } = await import('../certificates/run-cert-inspect.ts');
      finish(await runCertInspect(source, options));
    });
}

function addRevoke(cert: Command, finish: (code: ExitCode) => void): void {
  cert
    .command('revoke')
    .summary('put it on the revocation list of the sandbox CA')
    .description(
      'Revokes a certificate of the sandbox CA, for good. The bank refuses it within 60 seconds, ' +
        'also on connections that are open already.',
    )
    .argument('<file>', 'PEM, DER or a key set (JWKS)')
    .option('--key <kid>', 'which key of a key set')
    .option('--reason <reason>', `why: ${REVOCATION_REASONS.join(', ')}`, parseReason, 'unspecified')
    .option('--data <dir>', 'the data directory of the sandbox, running or not', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'print what was done as one line of JSON')
    .addHelpText('after', REVOKE_DETAILS)
    .action(async (file: string, options: CertRevokeOptions) => {
      const { runCertRevoke } = await import('../certificates/run-cert-revoke.ts');
      finish(await runCertRevoke(file, options));
    });
}

function parseReason(text: string): RevocationReason {
  if (isRevocationReason(text)) return text;
  throw new InvalidArgumentError(`A reason is one of ${REVOCATION_REASONS.join(', ')}.`);
}

const EXAMPLES = `
Examples:
  $ lupa cert inspect .lupa/tpp/client.crt
  $ lupa cert inspect .lupa/tpp/public-jwks.json --json
  $ lupa cert inspect qwac.pem --trust trusted-issuers.pem
  $ lupa cert revoke .lupa/tpp/client.crt --reason keyCompromise`;

const DETAILS = `
Of a PEM file the first certificate is explained; the others are what lies
between it and the trusted authority. Of a key set each key's x5c is, with its
issuers behind it. Whether an issuer has revoked a certificate is known of the
sandbox CA only.

Examples:
  $ lupa cert inspect .lupa/tpp/client.crt
  $ lupa cert inspect .lupa/tpp/public-jwks.json --json
  $ lupa cert inspect qwac.pem --trust trusted-issuers.pem
  $ lupa cert inspect https://localhost:8443

Exit codes: 0 a bank takes it; 1 a bank refuses it, or it could not be read;
2 wrong usage.`;

const REVOKE_DETAILS = `
The list is what a CA publishes (CRL): the sandbox's is at /sandbox/ca.crl.
Revoked once, a certificate stays revoked; its owner needs a new one.

Examples:
  $ lupa cert revoke .lupa/tpp/client.crt
  $ lupa cert revoke my-tpp/public-jwks.json --key 9Bq… --reason superseded

Exit codes: 0 it is revoked, now or since earlier; 1 it is not of this sandbox's
CA, or could not be read; 2 wrong usage.`;
