import { TppError } from '@lupa/tpp';
import { CustomerStopped } from '../play-customer/play-customer.ts';
import { CustomerAway } from './listen-for-callback.ts';

/** Says in plain words why a payment was not made, and what to do next. */
export function explainPayment(error: unknown): string {
  if (error instanceof TppError) return explainTppError(error);
  if (error instanceof CustomerStopped || error instanceof CustomerAway) return error.message;
  return error instanceof Error ? error.message : String(error);
}

function explainTppError(error: TppError): string {
  const lines = [`${error.message} (${error.code}${error.status === undefined ? '' : `, HTTP ${error.status}`})`];
  for (const { message } of error.violations) lines.push(`  ${message}`);
  if (error.requestId !== undefined) lines.push(`  request id ${error.requestId}`);
  const advice = ADVICE[error.code];
  if (advice !== undefined) lines.push(advice);
  return lines.join('\n');
}

const ADVICE: Readonly<Partial<Record<TppError['code'], string>>> = {
  CONNECTION_FAILED: 'The sandbox seems to be gone. Start it again: lupa up',
  INSUFFICIENT_FUNDS: 'Take a smaller amount, or another customer with --user.',
  REQUEST_INVALID: 'Mend what is listed and run the command again: lupa pay --help',
  AUTHORIZATION_DENIED: 'The customer did not approve. Run the command again to try once more.',
};
