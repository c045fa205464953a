import type { Cents, SepaPayee } from '@lupa/tpp';

/** What shall be paid: to whom, how much, and under which words. */
export interface PaymentWish {
  readonly payee: SepaPayee;
  readonly amount: Cents;
  /** The shop's bookkeeping goes by reference number, the maker's by message. */
  readonly remittance: { readonly reference: string } | { readonly message: string };
}
