import type { Texts } from './texts.ts';

/** One text for every factor: nothing tells which of them was wrong (RTS article 4(3)(a)). */
const NOT_VERIFIED = 'We could not verify you with what was given. Nothing was approved. Check it and try again.';

export const en: Texts = {
  languageName: 'English',
  languages: 'Language',
  skip: 'Skip to content',
  home: 'Lupa bank',
  steps: { label: 'Steps', login: 'Log in', review: 'Review', factor: 'Confirm' },
  errorPrefix: 'Error',
  noticeHeading: 'Please note',
  problemHeading: 'Please check this',
  sandbox: 'Sandbox',
  footer: 'This is a sandbox: no real money moves.',
  requestId: 'Request id',
  cancel: 'Cancel',
  cancelHint: (tpp) => `Nothing is approved and nothing is rejected. You return to ${tpp}.`,
  login: {
    heading: 'Log in to the bank',
    asks: (tpp) => `${tpp} asks for your permission to pay from your account.`,
    next: 'Once you have logged in you see every payment and decide which ones you approve. Nothing is debited before you confirm.',
    username: 'Username',
    password: 'Password',
    submit: 'Log in',
    address: (host) => `Make sure the address bar shows ${host} before you type your password.`,
    blocking: 'After five failed attempts in a row, logging in is blocked for a while.',
    usernameColumn: 'Username',
    testUsers: 'Test users',
    testUsersHint: 'Log in as any of these. They exist in this sandbox only.',
    name: 'Name',
  },
  review: {
    heading: (count) => (count === 1 ? 'Review the payment' : 'Review the payments'),
    asks: (tpp, count) =>
      count === 1 ? `${tpp} asks you to approve this payment.` : `${tpp} asks you to approve these ${count} payments.`,
    untick: (count) =>
      count === 1
        ? 'If you clear the tick, the payment is rejected.'
        : 'Clear the tick of any payment you do not approve: it is rejected. With no ticks left, all of them are.',
    payments: (count) => (count === 1 ? 'Payment' : 'Payments'),
    payee: 'Payee',
    iban: 'To account',
    message: 'Message',
    reference: 'Reference',
    amount: 'Amount',
    times: (count, each) => `Recurring: up to ${count} times, ${each} each`,
    foreign: {
      issuer: 'Account issued by',
      bank: 'Payee’s bank',
      address: 'Payee’s address',
      charges: 'Charges',
      chargesOf: {
        SHA: 'Shared (SHA): the payee bears the charges of other banks',
        OUR: 'Yours (OUR): you bear all charges',
      },
      order: 'Speed',
      orderOf: { NORM: 'Ordinary', HIGH: 'Urgent' },
      debited: 'Debited in euros',
      rate: 'Exchange rate',
      rateReference: 'Reference of the rate',
    },
    total: 'Total',
    totalAtMost: 'Total, at most',
    totalHint:
      'This is the total of all the payments. The next page shows the total of the ones you have ticked, before you confirm it.',
    account: 'Pay from',
    accountHint: (count) =>
      count === 1 ? 'You can change the account.' : 'All the payments are debited from the account you choose.',
    available: (amount) => `${amount} available`,
    notYours: (iban) =>
      `The payment was requested from account ${iban}, which is not one of yours. Choose an account of your own.`,
    factor: 'Confirm with',
    keycode: 'Key code',
    keycodeHint: 'A code from your key code list',
    mobilekey: 'Mobile key',
    mobilekeyHint: 'Approve on your phone',
    submit: 'Continue to confirm',
    reject: (count) => (count === 1 ? 'Reject the payment' : 'Reject all payments'),
    rejectHint: 'Rejecting is final.',
    noAccounts: 'You have no account to pay from. Cancel to return.',
  },
  factor: {
    heading: 'Confirm',
    approving: 'You are approving',
    from: 'From account',
    to: 'To',
    requestedBy: 'Requested by',
    bound: 'Your confirmation is valid for exactly this and for nothing else.',
    leftOut: (count) => (count === 1 ? 'This payment will be rejected' : 'These payments will be rejected'),
    short: (amount) =>
      `The account has only ${amount} available now. You may confirm, but a payment goes through only when there is enough money.`,
    change: 'Change the payments or the account',
    keycodeHeading: 'Confirm with a key code',
    keycodeAsk: (number, series) =>
      `Look up number ${number} on your key code list ${series} and type the code beside it.`,
    keyNumber: 'Number',
    code: 'Key code',
    codeHint: 'Six digits',
    mobilekeyHeading: 'Confirm with your mobile key',
    mobilekeyAsk:
      'We have sent a request to your phone. Check that it shows the same amount and payee as this page, approve it there, and then continue here.',
    mobilekeyApproved: 'You have approved on your phone. Continue to finish.',
    submitKeycode: 'Approve',
    submitMobilekey: 'I have approved on my phone',
    useMobilekey: 'Use the mobile key instead',
    useKeycode: 'Use a key code instead',
    keyCard: 'Open the key code list',
    phone: 'Open the phone',
    newTab: 'opens in a new tab',
  },
  notices: {
    'username-missing': 'Type your username.',
    'password-missing': 'Type your password.',
    'code-missing': 'Type the key code.',
    'wrong-credentials': NOT_VERIFIED,
    'wrong-code': NOT_VERIFIED,
    'phone-waiting': 'Your phone has not approved yet. Approve there first, then continue here.',
    'account-unknown': 'Choose one of your own accounts.',
    'payments-changed':
      'The payments changed while you were confirming them. Nothing was approved. Please review them again.',
    'made-for-another': 'This payment was made for another customer. Only that customer can confirm it.',
    'too-often':
      'Too many tried to log in with this username just now. Nothing was approved. Wait a minute and try again.',
    'in-other-hands': 'Somebody else is logged in to these payments. Nothing was changed.',
    'log-in-again':
      'These payments were opened with a login that this browser does not have. Log in again to continue.',
    stale: 'That page was out of date, so nothing was done. This is where things stand now.',
  },
  ends: {
    approved: { heading: 'Approved', text: 'Your approval has been recorded.' },
    rejected: { heading: 'Rejected', text: 'The payments were rejected. Nothing is debited.' },
    cancelled: { heading: 'Cancelled', text: 'You cancelled. Nothing was approved and nothing is debited.' },
    'timed-out': {
      heading: 'You were logged out',
      text: 'Nothing happened for five minutes, so we ended the session for your safety. Nothing was approved. Start the payment again if you wish.',
    },
    blocked: {
      heading: 'Too many failed attempts',
      text: 'There were too many failed attempts, so logging in and confirming are blocked for a while. Nothing was approved. Try again later.',
    },
    unavailable: {
      heading: 'The payment cannot be approved here',
      text: 'The payment was cancelled, or has already been decided. Nothing was changed.',
    },
  },
  elsewhere:
    'The payment is already being approved in another window or on another device. Finish there, or try again in five minutes. Nothing was changed.',
  returning: (tpp) => `You are being returned to ${tpp}.`,
  returningSoon: (tpp, seconds) => `You will be returned to ${tpp} in ${seconds} seconds.`,
  goBack: (tpp) => `Return to ${tpp}`,
  stay: 'Stay on this page',
  problems: {
    'link-dead': {
      heading: 'This link does not work here',
      text: 'It is too old, was already used, or was opened in another browser than the one you began in. Nothing was done just now.',
      next: 'Go back to the shop or service you came from and start the payment again.',
    },
    'already-over': {
      heading: 'This is already finished',
      text: 'You have been here before and everything is done. Nothing happens twice.',
      next: 'Go back to the shop or service you came from to see how the payment went.',
    },
    'foreign-form': {
      heading: 'We did not accept that',
      text: 'The form came from another website, so nothing was done.',
      next: 'Go back to the shop or service you came from and start the payment again.',
    },
    'request-refused': {
      heading: 'We could not verify where you came from',
      text: 'The service that sent you here could not be identified, so the bank stopped. Nothing was approved.',
      next: 'Go back to the shop or service you came from. If this happens again, tell them the request id below.',
    },
    busy: {
      heading: 'The bank has too much to do just now',
      text: 'So many came at once that your page was not made. Nothing was approved and nothing was lost.',
      next: 'Wait a few seconds and load this page again.',
    },
    away: {
      heading: 'The bank cannot reach its records just now',
      text: 'Whether what you did last was noted, this page cannot say. Nothing happens twice.',
      next: 'Wait a few seconds and open this page again: it shows how things stand.',
    },
    'no-such-page': {
      heading: 'There is no such page',
      text: 'The bank has no page at this address. Nothing was done.',
      next: 'Check the address, or go back to the shop or service you came from.',
    },
    unexpected: {
      heading: 'Something went wrong at the bank',
      text: 'The fault is ours. Reload the page to see how things stand: nothing is ever done twice.',
      next: 'If it happens again, go back to the shop or service you came from and try later.',
    },
  },
};
