import type { Command } from 'commander';
import type { CertInspectOptions } from '../certificates/run-cert-inspect.ts';
import type { ExitCode } from '../exit-code.ts';
import { DEFAULT_DATA_DIRECTORY } from '../files/data-directory.ts';

/** `lupa cert`: certificates of payment service providers. */
export function addCertCommand(program: Command, finish: (code: ExitCode) => void): void {
  const cert = program
    .command('cert')
    .summary('explain a certificate')
    .description('Certificates of payment service providers: QWAC and QSEALC.')
    .addHelpText('after', EXAMPLES);
  addInspect(cert, finish);
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

const EXAMPLES = `
Examples:
  $ lupa cert inspect .lupa/tpp/client.crt
  $ lupa cert inspect .lupa/tpp/public-jwks.json --json
  $ lupa cert inspect qwac.pem --trust trusted-issuers.pem`;

const DETAILS = `
Of a PEM file the first certificate is explained; the others are what lies
between it and the trusted authority. Of a key set each key's x5c is, with its
issuers behind it. Whether an issuer has revoked a certificate is known of the
sandbox CA only.
${EXAMPLES}
  $ lupa cert inspect https://localhost:8443

Exit codes: 0 a bank takes it; 1 a bank refuses it, or it could not be read;
2 wrong usage.`;
