import fc from 'fast-check';

/** The two TPPs and the two customers of `openScaParts`. */
export const TPPS = ['tpp-a', 'tpp-b'] as const;
export type TppName = (typeof TPPS)[number];
export const CUSTOMERS = ['liisa', 'pekka'] as const;
export type CustomerName = (typeof CUSTOMERS)[number];

/** Liisa has two accounts, Pekka one; a payee elsewhere banks at another bank. */
export const ACCOUNTS = { liisa: ['liisa 1', 'liisa 2'], pekka: ['pekka 1'] } as const;
export type AccountName = (typeof ACCOUNTS)[CustomerName][number];
export const OPENING_CENTS: Readonly<Record<AccountName, number>> = {
  'liisa 1': 10_00,
  'liisa 2': 3_00,
  'pekka 1': 5_00,
};

/** Whose token a call carries, seen from the bundle it is about. */
export const TOKENS = ['own', "the client's", 'of another bundle', "of the other TPP's"] as const;

/** What a sandbox scenario makes of a submission, where there is one. */
const PLAYS = [
  'InsufficientFunds',
  'PaymentSystemUnavailable',
  'PaymentFail',
  'PaymentSubmitFailed',
  'PaymentSubmitSuccess',
] as const;

/** Picks one of the things there are, counted from the newest; which one that is, is seen when the step begins. */
export type Pick = number;

export type Action =
  | {
      readonly kind: 'create';
      readonly tpp: TppName;
      /** The bundle to join; undefined for a new one. */
      readonly joins: Pick | undefined;
      readonly cents: number;
      readonly payee: AccountName | 'elsewhere';
      readonly order: 'SEPA' | 'SEPA_INST';
      readonly count: number;
      /** The idempotency key. Often one that was used before. */
      readonly key: number;
    }
  | { readonly kind: 'delete'; readonly tpp: TppName; readonly bundle: Pick; readonly payment: Pick }
  | { readonly kind: 'revoke'; readonly tpp: TppName; readonly bundle: Pick }
  | { readonly kind: 'read'; readonly bundle: Pick; readonly token: (typeof TOKENS)[number] }
  | { readonly kind: 'log in'; readonly bundle: Pick; readonly customer: CustomerName }
  | { readonly kind: 'choose'; readonly session: Pick; readonly ticked: readonly boolean[]; readonly account: Pick }
  | { readonly kind: 'approve' | 'reject' | 'cancel'; readonly session: Pick }
  | {
      readonly kind: 'submit';
      readonly bundle: Pick;
      readonly payment: Pick;
      readonly id: string;
      readonly token: (typeof TOKENS)[number];
      readonly play: (typeof PLAYS)[number] | undefined;
    }
  | { readonly kind: 'book'; readonly job: Pick }
  | { readonly kind: 'end idle sessions' | 'reject lapsed submissions' | 'expire authorizations' }
  | { readonly kind: 'wait'; readonly seconds: number };

/** What happens at the same time. */
export type Step = readonly Action[];

/** `fc.record` whose values print as plain objects, so that a printed story can be read and pasted. */
function record<Shape extends object>(
  shape: { [Name in keyof Shape]: fc.Arbitrary<Shape[Name]> },
): fc.Arbitrary<Shape> {
  return fc.record<Shape>(shape, { noNullPrototype: true });
}

const tpp = fc.constantFrom(...TPPS);
/** The newest ones are picked most: a thing that is never touched again is never in an interesting state. */
const pick = fc.nat({ max: 3 });

const create = record({
  kind: fc.constant('create' as const),
  tpp,
  joins: fc.option(pick, { nil: undefined, freq: 1 }),
  cents: fc.constantFrom(1, 1_00, 2_50, 4_00),
  payee: fc.constantFrom('elsewhere' as const, ...ACCOUNTS.liisa, ...ACCOUNTS.pekka),
  order: fc.constantFrom('SEPA' as const, 'SEPA_INST' as const),
  count: fc.constantFrom(1, 1, 1, 2, 3),
  key: fc.nat({ max: 60 }),
});
const logIn = record({
  kind: fc.constant('log in' as const),
  bundle: pick,
  customer: fc.constantFrom(...CUSTOMERS),
});
const choose = record({
  kind: fc.constant('choose' as const),
  session: pick,
  ticked: fc.array(fc.constantFrom(true, true, true, false), { minLength: 4, maxLength: 4 }),
  account: pick,
});
const leave = record({
  kind: fc.constantFrom('approve' as const, 'reject' as const, 'cancel' as const),
  session: pick,
});
const submit = record({
  kind: fc.constant('submit' as const),
  bundle: pick,
  payment: pick,
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  token: fc.constantFrom('own', 'own', 'own', 'own', ...TOKENS),
  play: fc.constantFrom(undefined, undefined, undefined, undefined, ...PLAYS),
});
const take = fc.oneof(
  record({ kind: fc.constant('delete' as const), tpp, bundle: pick, payment: pick }),
  record({ kind: fc.constant('revoke' as const), tpp, bundle: pick }),
);
const read = record({ kind: fc.constant('read' as const), bundle: pick, token: fc.constantFrom(...TOKENS) });
const book = record({ kind: fc.constant('book' as const), job: pick });
const work = record({
  kind: fc.constantFrom(
    'end idle sessions' as const,
    'reject lapsed submissions' as const,
    'expire authorizations' as const,
  ),
});
const wait = record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 301, 12 * 3600, 25 * 3600) });

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: create },
  { weight: 2, arbitrary: logIn },
  { weight: 2, arbitrary: choose },
  { weight: 2, arbitrary: leave },
  { weight: 7, arbitrary: submit },
  { weight: 2, arbitrary: take },
  { weight: 1, arbitrary: read },
  { weight: 5, arbitrary: book },
  { weight: 1, arbitrary: work },
);

/** Time passes for everybody, so nothing else happens meanwhile; all else happens up to three at a time. */
const oneStep: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 6, arbitrary: fc.array(action, { minLength: 1, maxLength: 3 }).map((step) => [step]) },
  { weight: 1, arbitrary: wait.map((waiting) => [[waiting]]) },
);

/** A bundle is made, and its customer goes the whole way undisturbed: most of what is interesting begins with an approval. */
const approval: fc.Arbitrary<readonly Step[]> = record({
  logIn,
  choose,
  first: create,
  more: fc.array(create, { maxLength: 2 }),
}).map(({ logIn, choose, first, more }) => [
  [{ ...first, joins: undefined }],
  ...more.map((one): Step => [{ ...one, tpp: first.tpp, joins: 0 }]),
  [{ ...logIn, bundle: 0 }],
  [{ ...choose, session: 0 }],
  [{ kind: 'approve', session: 0 }],
]);

/** The same submission several times at once. */
const repeated: fc.Arbitrary<readonly Step[]> = submit.map((one) => [[one, one, one]]);

/** What two TPPs and two customers do, one step after another. */
export const story: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: oneStep }, { weight: 2, arbitrary: approval }, { weight: 1, arbitrary: repeated }),
    { minLength: 4, maxLength: 24, size: 'max' },
  )
  .map((parts) => [[{ ...FIRST }], ...parts.flat()]);

/** Every story begins with something to act on. */
const FIRST: Action = {
  kind: 'create',
  tpp: 'tpp-a',
  joins: undefined,
  cents: 1_00,
  payee: 'elsewhere',
  order: 'SEPA',
  count: 2,
  key: 0,
};
