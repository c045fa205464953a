import { type Exchange, isClientToken, type WireEntry } from './wire-log.ts';

export interface Step {
  readonly title: string;
  readonly explanation: string;
}

/** A flow of the workflow document: its steps, what comes before them and what follows, the last being the check of the signatures. */
export interface Flow {
  readonly steps: readonly Step[];
  /** The number of the step that something belongs to. */
  readonly stepOf: (entry: WireEntry) => number;
}

/** The steps of the workflow document's default authorization flow, and what comes before them. */
const STEPS: readonly Step[] = [
  {
    title: 'The shop learns where the bank is, and its keys',
    explanation:
      'Once for all orders, before the workflow begins: the addresses (OpenID Connect Discovery) and the public keys for ID tokens and for answers.',
  },
  {
    title: 'The customer asks for a payment',
    explanation: 'Nothing goes over the wire yet: the shop adds up the cart and decides whose account gets how much.',
  },
  {
    title: 'The shop authenticates with its client credentials',
    explanation:
      'With its client certificate in the TLS connection and its secret in the form, the shop gets a token that stands for itself, good for many orders.',
  },
  {
    title: 'The shop sets up the payments',
    explanation:
      'Each payment is signed: x-jws-signature is a detached JWS over exactly the bytes of the body. The idempotency key makes a repeated request harmless. Nothing is approved yet.',
  },
  {
    title: 'The customer authenticates and authorises at the bank',
    explanation:
      'The browser goes to the bank with a signed request object that names the authorizationId. What happens there is between the customer and the bank; the shop never sees it.',
  },
  {
    title: 'The shop receives a code and exchanges it for a token',
    explanation:
      'First of all: is the one who came back the one who left? Only if the state belongs to this browser’s session, and the answer to this bank, is the code exchanged.',
  },
  {
    title: 'The shop submits the payments',
    explanation:
      'First it asks which of them the customer approved, then it submits these with the customer’s token. The submissionId is the shop’s own: however often this PUT is sent, the money moves once.',
  },
  {
    title: 'The shop asks how the payments stand',
    explanation:
      'From Accepted to Submitted, when the payer’s account has been debited, or to Credited, when the money has arrived.',
  },
  {
    title: 'The shop verifies the bank’s signatures',
    explanation:
      'Every answer of the payments API carries a detached JWS over its body. An answer whose signature does not fit is never believed.',
  },
];

const [DISCOVERY, WISH, , , , , , STATUS, SIGNATURES] = STEPS as readonly [
  Step,
  Step,
  Step,
  Step,
  Step,
  Step,
  Step,
  Step,
  Step,
];

/** Those of its exemption flow, 1 to 5, with the same before and after them. */
const EXEMPTION_STEPS: readonly Step[] = [
  DISCOVERY,
  WISH,
  {
    title: 'The shop reuses the existing authorization',
    explanation:
      'The refresh token of an earlier approval gives a token that stands for the customer, instead of the one that stands for the shop. The refresh token itself is renewed.',
  },
  {
    title: 'The shop creates the payment',
    explanation:
      'One payment, never a bundle, signed, in the name of the customer and from an account of theirs. Nothing is approved yet.',
  },
  {
    title: 'The shop confirms the reuse of the authorization',
    explanation:
      'A signed JWT asks for a token that submits this one payment. Here the bank decides: below €30.00, fewer than five and below €100.00 together since the customer last logged in. If it refuses, the payment is revoked and the default flow is taken.',
  },
  {
    title: 'The shop submits the payment',
    explanation:
      'With the token of this one payment. The submissionId is the shop’s own: however often this PUT is sent, the money moves once.',
  },
  STATUS,
  SIGNATURES,
];

function stepOfDefaultFlow(entry: WireEntry): number {
  if (entry.kind === 'wish') return 1;
  if (entry.kind === 'departure') return 4;
  if (entry.kind === 'return') return 5;
  return stepOfExchange(entry);
}

function stepOfExchange({ record }: Exchange): number {
  const { purpose, request } = record;
  if (purpose === 'discovery' || purpose === 'keys') return 0;
  if (purpose !== 'payments') return isClientToken(record) ? 2 : 5;
  if (request.method === 'POST') return 3;
  if (request.method === 'DELETE') return 4;
  // The list of an authorization's payments tells which of them to submit.
  return request.method === 'PUT' || request.url.includes('/authorizations/') ? 6 : 7;
}

function stepOfExemptionFlow(entry: WireEntry): number {
  if (entry.kind !== 'exchange') return 1;
  const { purpose, request } = entry.record;
  if (purpose === 'discovery' || purpose === 'keys') return 0;
  if (isClientToken(entry.record)) return 6;
  if (purpose === 'token') return (request.body ?? '').includes('grant_type=refresh_token') ? 2 : 4;
  return { POST: 3, DELETE: 4, PUT: 5 }[request.method] ?? 6;
}

const DEFAULT_FLOW: Flow = { steps: STEPS, stepOf: stepOfDefaultFlow };
const EXEMPTION_FLOW: Flow = { steps: EXEMPTION_STEPS, stepOf: stepOfExemptionFlow };

/** The flow that an attempt takes. */
export function flowOf([first]: readonly WireEntry[]): Flow {
  return first?.kind === 'wish' && first.isUnasked ? EXEMPTION_FLOW : DEFAULT_FLOW;
}

/** The attempts to pay an order, each with its entries in the order they began. */
export function attemptsOf(wire: readonly WireEntry[]): WireEntry[][] {
  const attempts: WireEntry[][] = [];
  for (const entry of wire.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    if (entry.kind === 'wish' || attempts.length === 0) attempts.push([]);
    attempts.at(-1)?.push(entry);
  }
  return attempts;
}
