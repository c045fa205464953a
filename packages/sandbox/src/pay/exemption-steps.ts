import type { ExchangeRecord } from '@lupa/tpp';
import type { StepPrinter } from './step-printer.ts';

/** Tells the one call of the exemption flow step by step, as the workflow document's exemption section has them. */
export function exemptionSteps(steps: StepPrinter): (record: ExchangeRecord) => void {
  let isRefused = false;
  return (record) => {
    const title = titleOf(record, isRefused);
    if (title !== undefined) steps.begin(title);
    steps.exchange(record);
    isRefused ||= title !== undefined && (record.answer?.status ?? 0) >= 400;
  };
}

/** @returns `undefined` for what belongs to whatever step is being taken, such as fetching a key */
function titleOf({ purpose, request }: ExchangeRecord, isRefused: boolean): string | undefined {
  if (purpose === 'token') return grantTitle(request.body ?? '');
  if (purpose !== 'payments') return undefined;
  switch (request.method) {
    case 'POST':
      return isRefused ? 'Create the payment anew, for the customer to approve' : 'Create the payment with that token';
    case 'PUT':
      return 'Submit the payment';
    case 'DELETE':
      return 'Revoke the payment that was not exempted';
    default:
      return undefined;
  }
}

function grantTitle(form: string): string | undefined {
  switch (new URLSearchParams(form).get('grant_type')) {
    case 'refresh_token':
      return 'Reuse the earlier approval for a token of the customer';
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return 'Ask for the exemption, with a signed JWT';
    default:
      return undefined;
  }
}
