import type { CustomerId } from '@lupa/protocol';

export interface Customer {
  readonly customerId: CustomerId;
  readonly username: string;
  readonly name: string;
  /** `scrypt$N$r$p$salt$hash`, base64url parts. */
  readonly passwordHash: string;
}

export interface Customers {
  byUsername(username: string): Promise<Customer | undefined>;
  byId(customerId: CustomerId): Promise<Customer | undefined>;
  /** Adds the customer; nothing happens when the username exists. */
  add(customer: Customer): Promise<void>;
  all(): Promise<Customer[]>;
}
