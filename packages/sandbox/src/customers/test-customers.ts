/** A customer every sandbox has, with a password everybody knows. */
export interface TestCustomer {
  readonly username: string;
  readonly password: string;
  readonly name: string;
  readonly accounts: readonly TestAccount[];
}

export interface TestAccount {
  readonly iban: string;
  readonly name: string;
  readonly openingBalanceCents: number;
}

/**
 * The sandbox's customers. Aino and Ville own the payer accounts of the workflow document's samples and Mikko its payee
 * account, so its calls work verbatim; Elsa has so little that a payment of hers is easily refused; Tuohi is the demo shop,
 * whose money arrives here.
 */
export const TEST_CUSTOMERS: readonly TestCustomer[] = [
  {
    username: 'aino',
    password: 'aino-salasana',
    name: 'Aino Virtanen',
    accounts: [
      account('FI9259995020084225', 'Käyttötili', 2_500_00),
      account('FI3252999600300040', 'Säästötili', 12_000_00),
    ],
  },
  {
    username: 'ville',
    password: 'ville-salasana',
    name: 'Ville Korhonen',
    accounts: [account('FI5850009420172322', 'Käyttötili', 800_00)],
  },
  {
    username: 'elsa',
    password: 'elsa-salasana',
    name: 'Elsa Lindström',
    accounts: [account('FI7157803800500075', 'Brukskonto', 15_00)],
  },
  {
    username: 'mikko',
    password: 'mikko-salasana',
    name: 'Test Person',
    accounts: [account('FI4950009420028730', 'Käyttötili', 100_00)],
  },
  {
    username: 'tuohi',
    password: 'tuohi-salasana',
    name: 'Tuohi',
    accounts: [account('FI1750009400123451', 'Kassatili', 500_00)],
  },
];

function account(iban: string, name: string, openingBalanceCents: number): TestAccount {
  return { iban, name, openingBalanceCents };
}
