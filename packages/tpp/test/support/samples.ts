import type {
  ForeignPayment,
  ForeignPaymentRequest,
  SepaPayment,
  SepaPaymentRequest,
  Submission,
} from '../../src/index.ts';

export const PAYMENT_ID = '8efb669f-c105-4f74-ab13-aef176d94f91';
export const AUTHORIZATION_ID = '934e82fc-fdc4-4378-8bcf-038075a259bd';
export const OTHER_ID = '976da7b0-1db2-410d-a5c9-e3a37bc4d7a1';

export const REQUEST: SepaPaymentRequest = {
  amountEUR: '4.00',
  payee: { iban: 'FI4950009420028730', name: 'Test_Person' },
  payer: { iban: 'FI9259995020084225' },
  message: 'test_payment',
};

const TIMES = { created: '2019-11-01T10:00:00.000+02:00', modified: '2019-11-01T10:00:00.000+02:00' };

export const PAYMENT: SepaPayment = {
  ...REQUEST,
  ...TIMES,
  paymentId: PAYMENT_ID,
  authorizationId: AUTHORIZATION_ID,
  status: 'Unauthorized',
  detailsOfCharges: 'SHA',
  paymentOrder: 'SEPA',
  count: 1,
  paymentType: 'SepaPayment',
};

export const FOREIGN_REQUEST: ForeignPaymentRequest = {
  amount: '1000.50',
  currency: 'USD',
  message: 'Invoice 7',
  payee: {
    name: 'Ada Lovelace',
    bankAccount: { id: '000123456789', schemeName: 'BBAN' },
    financialInstitution: { bic: 'CHASUS33' },
    foreignAddress: { addressLine1: '1 Main Street', addressLine2: 'New York NY 10001', country: 'US' },
  },
};

export const FOREIGN_PAYMENT: ForeignPayment = {
  ...FOREIGN_REQUEST,
  ...TIMES,
  paymentId: PAYMENT_ID,
  authorizationId: AUTHORIZATION_ID,
  status: 'Unauthorized',
  detailsOfCharges: 'SHA',
  paymentOrder: 'NORM',
  count: 1,
  paymentType: 'ForeignPayment',
};

export const SUBMISSION: Submission = { ...TIMES, submissionId: 'order-1234', status: 'Accepted' };

export const AUTHORIZATION = { ...TIMES, authorizationId: AUTHORIZATION_ID, status: 'Unauthorized' };
