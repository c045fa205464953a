import type { ClientId, CustomerId } from '@lupa/protocol';
import type { ExemptionsMade } from '../../domain/exemption.ts';
import type { ExemptionStore, ExemptionUnit } from '../../ports/exemption-store.ts';
import type { ArtifactToSave } from '../../ports/token-artifacts.ts';
import { PostgresAuthorizationRequests } from './authorization-requests.ts';
import type { Database } from './database.ts';
import * as sql from './exemption-statements.ts';
import { PostgresPaymentUnit } from './payment-unit.ts';
import { digestOf, saveArtifact } from './save-artifact.ts';

/** Exemptions in PostgreSQL or PGlite. */
export class PostgresExemptionStore implements ExemptionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  transaction<T>(work: (unit: ExemptionUnit) => Promise<T>): Promise<T> {
    return this.#database.transaction((inside) => work(new PostgresExemptionUnit(inside)));
  }
}

class PostgresExemptionUnit extends PostgresPaymentUnit implements ExemptionUnit {
  useNonce(clientId: ClientId, nonce: string, forgetAfter: Date): Promise<boolean> {
    return new PostgresAuthorizationRequests(this.inside).useNonce(clientId, nonce, forgetAfter);
  }

  async lockTokenFamily(grantId: string, now: Date): Promise<boolean> {
    const [family, usable] = await Promise.all([
      this.inside.query(sql.LOCK_FAMILY, [digestOf(grantId)]),
      this.inside.query(sql.USABLE_REFRESH_TOKEN_OF_FAMILY, [grantId, now]),
    ]);
    return family.length === 1 && usable.length === 1;
  }

  async lockExemptions(customerId: CustomerId, now: Date): Promise<ExemptionsMade> {
    const [counter] = await this.inside.query<ExemptionsMade>(sql.LOCK_COUNTER, [customerId, now]);
    if (counter === undefined) throw new Error('locking a counter gives the count');
    return counter;
  }

  async recordExemption(grant: Parameters<ExemptionUnit['recordExemption']>[0]): Promise<void> {
    const { paymentId, customerId, amountCents, counted, at } = grant;
    this.inside.send(sql.RECORD_GRANT, [paymentId, customerId, amountCents, counted, at]);
  }

  async saveTokens(tokens: readonly ArtifactToSave[]): Promise<void> {
    await Promise.all(tokens.map((token) => saveArtifact(this.inside, token)));
  }
}
