import type { TppErrorCode } from '@lupa/tpp';

/** What went wrong, for the customer and for whoever helps them. */
export interface Problem {
  /** The SDK's code. */
  readonly code: TppErrorCode;
  readonly explanation: string;
  /** Whether nothing was debited for certain. */
  readonly isMoneySafe: boolean;
  /** Whether sending the same submission again may help. */
  readonly canSubmitAgain: boolean;
  /** The ids under which the bank finds the request in its logs. */
  readonly requestId?: string;
  readonly interactionId?: string;
}
