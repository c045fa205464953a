import type { DetailsOfCharges, ForeignPaymentOrder } from '@lupa/protocol';
import type { ScaRefusal } from '../../operations/sca-bank.ts';
import type { ScaOutcome } from '../../ports/sca-store.ts';

/** A word to the customer about what has just happened, or has not. */
export type NoticeName = ScaRefusal | 'username-missing' | 'password-missing' | 'code-missing' | 'log-in-again';

/** Something that went wrong before or beside the steps. */
export type ProblemName =
  | 'link-dead'
  | 'already-over'
  | 'foreign-form'
  | 'request-refused'
  | 'no-such-page'
  | 'busy'
  | 'away'
  | 'unexpected';

/** What is said of a foreign payment beside what is said of every payment. */
export interface ForeignTexts {
  readonly issuer: string;
  readonly bank: string;
  readonly address: string;
  readonly charges: string;
  readonly chargesOf: Readonly<Record<DetailsOfCharges, string>>;
  readonly order: string;
  readonly orderOf: Readonly<Record<ForeignPaymentOrder, string>>;
  readonly debited: string;
  readonly rate: string;
  readonly rateReference: string;
}

/** Every word the pages say. A language without one of them does not compile. */
export interface Texts {
  readonly languageName: string;
  readonly languages: string;
  readonly skip: string;
  readonly home: string;
  readonly steps: { readonly label: string; readonly login: string; readonly review: string; readonly factor: string };
  readonly errorPrefix: string;
  readonly noticeHeading: string;
  readonly problemHeading: string;
  readonly sandbox: string;
  readonly footer: string;
  readonly requestId: string;
  readonly cancel: string;
  readonly cancelHint: (tpp: string) => string;
  readonly login: {
    readonly heading: string;
    readonly asks: (tpp: string) => string;
    readonly next: string;
    readonly username: string;
    readonly password: string;
    readonly submit: string;
    readonly address: (host: string) => string;
    readonly blocking: string;
    /** Short: the heads of a narrow table. */
    readonly usernameColumn: string;
    readonly testUsers: string;
    readonly testUsersHint: string;
    readonly name: string;
  };
  readonly review: {
    readonly heading: (count: number) => string;
    readonly asks: (tpp: string, count: number) => string;
    readonly untick: (count: number) => string;
    readonly payments: (count: number) => string;
    readonly payee: string;
    readonly iban: string;
    readonly message: string;
    readonly reference: string;
    readonly amount: string;
    readonly times: (count: number, each: string) => string;
    readonly foreign: ForeignTexts;
    readonly total: string;
    readonly totalAtMost: string;
    readonly totalHint: string;
    readonly account: string;
    readonly accountHint: (count: number) => string;
    readonly available: (amount: string) => string;
    readonly notYours: (iban: string) => string;
    readonly factor: string;
    readonly keycode: string;
    readonly keycodeHint: string;
    readonly mobilekey: string;
    readonly mobilekeyHint: string;
    readonly submit: string;
    readonly reject: (count: number) => string;
    readonly rejectHint: string;
    readonly noAccounts: string;
  };
  readonly factor: {
    readonly heading: string;
    readonly approving: string;
    readonly from: string;
    readonly to: string;
    readonly requestedBy: string;
    readonly bound: string;
    readonly leftOut: (count: number) => string;
    readonly short: (amount: string) => string;
    readonly change: string;
    readonly keycodeHeading: string;
    readonly keycodeAsk: (number: number, series: number) => string;
    readonly keyNumber: string;
    readonly code: string;
    readonly codeHint: string;
    readonly mobilekeyHeading: string;
    readonly mobilekeyAsk: string;
    readonly mobilekeyApproved: string;
    readonly submitKeycode: string;
    readonly submitMobilekey: string;
    readonly useMobilekey: string;
    readonly useKeycode: string;
    readonly keyCard: string;
    readonly phone: string;
    readonly newTab: string;
  };
  readonly notices: Readonly<Record<NoticeName, string>>;
  readonly ends: Readonly<Record<ScaOutcome, { readonly heading: string; readonly text: string }>>;
  readonly elsewhere: string;
  readonly returning: (tpp: string) => string;
  readonly returningSoon: (tpp: string, seconds: number) => string;
  readonly goBack: (tpp: string) => string;
  readonly stay: string;
  readonly problems: Readonly<
    Record<ProblemName, { readonly heading: string; readonly text: string; readonly next: string }>
  >;
}
