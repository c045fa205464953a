import type { ForeignPayment } from './foreign-payment.ts';
import type { SepaPayment } from './sepa-payment.ts';
import type { AuthorizationStatus } from './statuses.ts';

/** A bundle of payments that the customer approves or rejects in one go (contract §5, Authorization). */
export interface Authorization {
  readonly authorizationId: string;
  /** ISO 8601 with milliseconds and the Europe/Helsinki offset, like every time of this API. */
  readonly created: string;
  readonly modified: string;
  /** When the customer approved it; absent until then. */
  readonly authorized?: string;
  readonly status: AuthorizationStatus;
  /** Only with `?include=payments`, where the authorization holds SEPA payments. */
  readonly sepaPayments?: readonly SepaPayment[];
  /** Only with `?include=payments`, where the authorization holds a foreign payment. */
  readonly foreignPayments?: readonly ForeignPayment[];
}
