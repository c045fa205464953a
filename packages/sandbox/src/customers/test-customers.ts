/** A customer every sandbox has, with a password everybody knows. */
export interface TestCustomer {
  /** Fixed, so that a second start finds the same customer. */
  readonly customerId: string;
  readonly username: string;
  readonly password: string;
  readonly name: string;
  readonly accounts: readonly TestAccount[];
}

export interface TestAccount {
  readonly accountId: string;
  readonly iban: string;
  readonly name: string;
  readonly openingBalanceCents: number;
}

/**
 * The sandbox's customers. Aino and Ville own the payer accounts of the workflow document's samples and Mikko its payee
 * account, so its calls work verbatim; Elsa has so little that a payment of hers is easily refused.
 */
export const TEST_CUSTOMERS: readonly TestCustomer[] = [
  {
    customerId: '00000000-0000-7000-8000-00000000a101',
    username: 'aino',
    password: 'aino-salasana',
    name: 'Aino Virtanen',
    accounts: [
      account('00000000-0000-7000-8000-00000000a111', 'FI9259995020084225', 'Käyttötili', 2_500_00),
      account('00000000-0000-7000-8000-00000000a112', 'FI3252999600300040', 'Säästötili', 12_000_00),
    ],
  },
  {
    customerId: '00000000-0000-7000-8000-00000000a201',
    username: 'ville',
    password: 'ville-salasana',
    name: 'Ville Korhonen',
    accounts: [account('00000000-0000-7000-8000-00000000a211', 'FI5850009420172322', 'Käyttötili', 800_00)],
  },
  {
    customerId: '00000000-0000-7000-8000-00000000a301',
    username: 'elsa',
    password: 'elsa-salasana',
    name: 'Elsa Lindström',
    accounts: [account('00000000-0000-7000-8000-00000000a311', 'FI7157803800500075', 'Brukskonto', 15_00)],
  },
  {
    customerId: '00000000-0000-7000-8000-00000000a401',
    username: 'mikko',
    password: 'mikko-salasana',
    name: 'Test Person',
    accounts: [account('00000000-0000-7000-8000-00000000a411', 'FI4950009420028730', 'Käyttötili', 100_00)],
  },
];

function account(accountId: string, iban: string, name: string, openingBalanceCents: number): TestAccount {
  return { accountId, iban, name, openingBalanceCents };
}
