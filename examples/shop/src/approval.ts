import type { UserTokens } from '@lupa/tpp';

/** What a customer's approval left with the shop: on the strength of it small payments may need no other (the exemption flow). */
export class Approval {
  /** The account the customer chose at the bank. */
  readonly payerIban: string;
  /** The latest; those before them ended when these were first used. */
  tokens: UserTokens;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(payerIban: string, tokens: UserTokens) {
    this.payerIban = payerIban;
    this.tokens = tokens;
  }

  /** One payment after the other: two that renewed the same tokens at once would end each other's. */
  inTurn(pay: () => Promise<void>): Promise<void> {
    const paid = this.#turn.then(pay);
    this.#turn = paid.catch(() => undefined);
    return paid;
  }
}
