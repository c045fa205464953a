import { randomUUID } from 'node:crypto';
import { type ExchangeRecord, type SepaPaymentRequest, Tpp, TppError, type TppErrorCode } from '@lupa/tpp';
import { type Check, type Finding, fault, warning, well } from './examination.ts';
import type { Patient } from './patient.ts';

/** One try each, and little patience: this is a look, not a payment. */
const LIMITS = { attemptMs: 5_000, callMs: 8_000, attempts: 1 };

/**
 * Calls, as the TPP makes them. They leave nothing behind at the bank: a payment that does not exist is read, and one without a single
 * field is ordered, which a bank refuses after it has verified the signature.
 */
export function callChecks(patient: Patient): readonly Check[] {
  const seen: Seen = { exchanges: [], answer: undefined };
  return [tokenCheck(patient, seen), apiCheck(seen), answerCheck(seen), signedRequestCheck(patient)];
}

/** What one call showed of several things. */
interface Seen {
  readonly exchanges: ExchangeRecord[];
  answer: TppError | undefined;
}

function tokenCheck(patient: Patient, seen: Seen): Check {
  return {
    id: 'token',
    name: 'token for the client',
    expected: 'client id, secret and certificate give one',
    needs: ['tpp', 'client-certificate', 'trust'],
    look: async () => {
      const { registered, issuer = '' } = patient;
      if (registered === undefined) return fault('no TPP was read', 'Mend its files first.');
      try {
        patient.tpp = await Tpp.discover({
          ...registered.client,
          endpoints: { ...registered.endpoints },
          bank: issuer,
          limits: LIMITS,
          onExchange: (record) => seen.exchanges.push(record),
        });
        seen.answer = await patient.tpp.readPayment(randomUUID()).then(() => undefined, asTppError);
      } catch (error) {
        seen.answer = asTppError(error);
      }
      const isGiven = seen.exchanges.some(({ purpose, answer }) => purpose === 'token' && answer?.status === 200);
      return isGiven ? well('given') : tokenFault(seen.answer);
    },
  };
}

function tokenFault(error: TppError | undefined): Finding {
  if (error === undefined) return fault('none was asked for', 'Run this again.');
  const { code, oauthError, oauthDescription, status } = error;
  if (code === 'TOKEN_REFUSED') {
    return fault(
      `refused: ${status} ${oauthError ?? ''}${oauthDescription === undefined ? '' : `, ${oauthDescription}`}`,
      'If the certificate was not what it named: use the id and secret of this registration (registration-result.txt), or register anew.',
    );
  }
  if (code === 'TLS_FAILED') {
    return fault(
      'the bank cut the TLS handshake',
      "The client certificate's issuer is not one the bank trusts; a sandbox trusts its own CA and those of --trust.",
    );
  }
  return fault(error.message, 'Try again; if it stays so, ask the bank.');
}

function apiCheck(seen: Seen): Check {
  return {
    id: 'api-call',
    name: 'call of the payments API',
    expected: 'API key, token and certificate let the client in',
    needs: ['token'],
    look: async () => {
      const { answer } = seen;
      if (answer === undefined || answer.code === 'NOT_FOUND')
        return well('let in; a payment that nobody made is not found');
      const refusal = REFUSED_CALLS[answer.code];
      if (refusal !== undefined) return fault(answer.detail ?? answer.message, refusal);
      // Whatever is wrong with the signature, the bank has answered.
      if (answer.code.startsWith('RESPONSE_SIGNATURE_')) return well('answered');
      return fault(answer.message, 'Try again; if it stays so, ask the bank.');
    },
  };
}

const REFUSED_CALLS: { readonly [Code in TppErrorCode]?: string } = {
  ACCESS_TOKEN_REFUSED: 'Use the api_key of this registration (registration-result.txt) and its certificate.',
  FORBIDDEN: 'The certificate lacks the PI role, or the API key is of another client.',
  KEYS_UNAVAILABLE: "The bank's key sets cannot be had: look at the jwks_uri of its discovery document.",
};

function answerCheck(seen: Seen): Check {
  return {
    id: 'answer-signature',
    name: "signature of the bank's answer",
    expected: 'x-jws-signature over the bytes, by a key of its payments key set',
    needs: ['api-call'],
    look: async () => {
      const { answer } = seen;
      if (answer?.code.startsWith('RESPONSE_SIGNATURE_')) {
        return fault(
          answer.detail ?? answer.message,
          'Believe nothing it says: check that the address leads to the bank itself, then ask the bank.',
        );
      }
      return well('verified');
    },
  };
}

function signedRequestCheck(patient: Patient): Check {
  return {
    id: 'signed-request',
    name: 'a signed request',
    expected: 'the signature is taken; the empty payment under it is refused, so none is made',
    needs: ['api-call', 'answer-signature', 'signing-key'],
    look: async () => {
      const { tpp } = patient;
      if (tpp === undefined) return fault('there is no token', 'Mend that first.');
      const error = await tpp.createPayment({} as SepaPaymentRequest).then(() => undefined, asTppError);
      if (error === undefined)
        return warning('the bank made a payment of nothing', 'Ask the bank: it should have refused it.');
      if (error.code === 'REQUEST_INVALID') return well('signature taken; no payment was made');
      if (error.code === 'REQUEST_SIGNATURE_REFUSED') {
        return fault(
          error.detail ?? error.message,
          'Check that the bank has read your key set since the key is in it, and that its QSEALC is neither expired nor revoked.',
        );
      }
      return fault(error.message, 'Try again; if it stays so, ask the bank.');
    },
  };
}

function asTppError(error: unknown): TppError {
  if (error instanceof TppError) return error;
  throw error;
}
