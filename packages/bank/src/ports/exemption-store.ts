import type { ClientId, CustomerId, PaymentId } from '@lupa/protocol';
import type { ExemptionsMade } from '../domain/exemption.ts';
import type { PaymentUnit } from './payment-store.ts';
import type { ArtifactToSave } from './token-artifacts.ts';

/** Where exemptions are counted and granted (contract §9). */
export interface ExemptionStore {
  /** One transaction over the count, the payment and the token: granted, reserved and issued are one change. */
  transaction<T>(work: (unit: ExemptionUnit) => Promise<T>): Promise<T>;
}

/** Lock order: the family of tokens, the authorization, the customer's count; whoever holds the count waits for nothing else. */
export interface ExemptionUnit extends PaymentUnit {
  /** As `AuthorizationRequests.useNonce`, undone with the transaction. */
  useNonce(clientId: ClientId, nonce: string, forgetAfter: Date): Promise<boolean>;
  /**
   * Locks the family of tokens against its revocation.
   * @returns whether a refresh token of it can still be used at `now`
   */
  lockTokenFamily(grantId: string, now: Date): Promise<boolean>;
  /** Locks the customer's count and reads what was granted since the latest authentication. */
  lockExemptions(customerId: CustomerId, now: Date): Promise<ExemptionsMade>;
  /** Records the exemption and, where it counts, reserves its amount; the count must be locked. */
  recordExemption(grant: {
    paymentId: PaymentId;
    customerId: CustomerId;
    amountCents: number;
    counted: boolean;
    at: Date;
  }): Promise<void>;
  /** Saves the access token that is answered with. */
  saveTokens(tokens: readonly ArtifactToSave[]): Promise<void>;
}
