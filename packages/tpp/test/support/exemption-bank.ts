import { randomUUID } from 'node:crypto';
import { EXEMPTION_REFUSALS, type ExemptionRefusal, type SepaPayment, type SepaPaymentRequest } from '@lupa/protocol';
import * as jose from 'jose';
import { restoreTokens, type Submission } from '../../src/index.ts';
import { AUTHORIZATION_ID, PAYMENT, SUBMISSION } from './samples.ts';
import { json, type Received, type Reply, type TestBank } from './test-bank.ts';

/** A call of the exemption flow, or of the way back to the default flow. */
export type Step = 'refresh' | 'create' | 'grant' | 'submit' | 'read' | 'delete' | 'create-default';

/** What happens to a request: nothing unusual, it is lost on its way, or its answer is. */
export type Fate = 'answered' | 'request-lost' | 'answer-lost';

interface Kept {
  payment: SepaPayment & { submissions: Submission[] };
  readonly ofCustomer: boolean;
  readonly body: string;
}

/** The bank's half of the exemption flow in a few lines, on the test bank's real wire, with answers that get lost on demand. */
export class ExemptionBank {
  readonly bank: TestBank;
  readonly steps: Step[] = [];
  readonly assertions: jose.JWTPayload[] = [];
  /** The fate of each request, by its step and how often that was called before. */
  fate: (step: Step, earlier: number) => Fate = () => 'answered';
  /** Why the bank refuses a step; it then does nothing. */
  refuses: Partial<Record<Step, () => Reply | Promise<Reply>>> = {};
  readonly #payments = new Map<string, Kept>();
  readonly #keys = new Map<string, string>();
  readonly #nonces = new Set<string>();
  readonly #exemptionTokens = new Map<string, string>();
  #refreshTokens = ['refresh-token-0'];
  #family: 'alive' | 'revoked' = 'alive';

  constructor(bank: TestBank) {
    this.bank = bank;
    bank.onToken = (received) => this.#meet(received, this.#tokenStep(received));
    bank.onApi = (received) => this.#meet(received, apiStep(received));
  }

  /** What an earlier approval left with the TPP. */
  get tokens() {
    return restoreTokens({
      accessToken: 'user-access-token',
      refreshToken: 'refresh-token-0',
      authorizationId: AUTHORIZATION_ID,
      scope: 'openid payments',
      expiresAt: '2026-01-01T00:00:00Z',
      nonce: 'nonce-of-the-approval',
    });
  }

  /** Payments that are debited, or that a customer or a TPP could still make happen. */
  get payable(): readonly SepaPayment[] {
    const live = [...this.#payments.values()].filter(
      ({ payment, ofCustomer }) =>
        payment.submissions.length > 0 ||
        payment.status === 'Authorized' ||
        (!ofCustomer && payment.status !== 'Revoked'),
    );
    return live.map(({ payment }) => payment);
  }

  get payments(): readonly SepaPayment[] {
    return [...this.#payments.values()].map(({ payment }) => payment);
  }

  #tokenStep({ form }: Received): Step | 'client' {
    const type = form.get('grant_type');
    if (type === 'client_credentials') return 'client';
    return type === 'refresh_token' ? 'refresh' : 'grant';
  }

  async #meet(received: Received, step: Step | 'client'): Promise<Reply> {
    if (step === 'client') return this.bank.clientToken();
    const earlier = this.steps.filter((each) => each === step).length;
    this.steps.push(step);
    const fate = this.fate(step, earlier);
    if (fate === 'request-lost') return { status: 200, isSilent: true };
    const reply = await (this.refuses[step]?.() ?? this.#answer(received, step));
    return fate === 'answer-lost' ? { ...reply, isSilent: true } : reply;
  }

  #answer(received: Received, step: Step): Reply | Promise<Reply> {
    switch (step) {
      case 'refresh':
        return this.#refresh(received.form.get('refresh_token') ?? '');
      case 'grant':
        return this.#grant(received);
      case 'create':
      case 'create-default':
        return this.#create(received, step === 'create');
      case 'read':
        return this.#read(received);
      case 'delete':
        return this.#delete(received);
      case 'submit':
        return this.#submit(received);
    }
  }

  /** Rotation: the old token works until a new one is used; after that its use ends the family (contract §2). */
  #refresh(token: string): Reply {
    if (this.#family === 'revoked' || !this.#refreshTokens.includes(token)) {
      this.#family = 'revoked';
      return json(400, { error: 'invalid_grant', error_description: 'The refresh token was used before.' });
    }
    const next = `refresh-token-${this.steps.length}`;
    this.#refreshTokens.push(next);
    return tokenAnswer({ access_token: `customer-token-${this.steps.length}`, refresh_token: next });
  }

  async #create({ headers, body }: Received, ofCustomer: boolean): Promise<Reply> {
    const number = String(headers.authorization).replace('Bearer customer-token-', '');
    if (ofCustomer) this.#refreshTokens = [`refresh-token-${number}`];
    const key = `${ofCustomer ? 'customer' : 'client'} ${headers['x-idempotency-key']}`;
    const claimed = this.#payments.get(this.#keys.get(key) ?? '');
    if (claimed !== undefined) {
      const isReplay = claimed.body === body.toString() && claimed.payment.status === 'Unauthorized';
      return isReplay ? this.bank.signed(201, claimed.payment) : this.#refusal(409, 'DuplicatePayment');
    }
    const request: SepaPaymentRequest = JSON.parse(body.toString());
    const ids = { paymentId: randomUUID(), authorizationId: randomUUID() };
    const payment = { ...PAYMENT, ...request, ...ids, submissions: [] };
    this.#payments.set(ids.paymentId, { payment, ofCustomer, body: body.toString() });
    this.#keys.set(key, ids.paymentId);
    return this.bank.signed(201, payment);
  }

  async #grant({ form }: Received): Promise<Reply> {
    const { payload } = await jose.jwtVerify(form.get('assertion') ?? '', this.bank.signingPublicKey, { typ: 'JWT' });
    this.assertions.push(payload);
    if (this.#nonces.has(String(payload.nonce))) return refusedGrant('nonce was used before');
    this.#nonces.add(String(payload.nonce));
    const { authorizationId } = Object(payload.claims).id_token;
    const kept = [...this.#payments.values()].find(({ payment }) => payment.authorizationId === authorizationId.value);
    if (kept === undefined || !kept.ofCustomer || kept.payment.status !== 'Unauthorized') {
      return refusedGrant('authorizationId is no longer Unauthorized: create the payment anew');
    }
    kept.payment = { ...kept.payment, status: 'Authorized' };
    const token = `exemption-token-${this.steps.length}`;
    this.#exemptionTokens.set(token, kept.payment.paymentId);
    return tokenAnswer({ access_token: token });
  }

  async #read(received: Received): Promise<Reply> {
    const kept = this.#named(received);
    return kept === undefined ? this.#refusal(404, 'IllegalState') : this.bank.signed(200, kept.payment);
  }

  async #delete(received: Received): Promise<Reply> {
    const kept = this.#named(received);
    if (kept === undefined) return this.#refusal(404, 'IllegalState');
    const { status, submissions } = kept.payment;
    const canGo = (status === 'Unauthorized' || status === 'Authorized') && submissions.length === 0;
    if (!canGo) return this.#refusal(409, 'IllegalState');
    kept.payment = { ...kept.payment, status: 'Revoked' };
    return this.bank.signed(200, kept.payment);
  }

  async #submit(received: Received): Promise<Reply> {
    const kept = this.#named(received);
    const token = String(received.headers.authorization).replace('Bearer ', '');
    const submissionId = received.path.split('/').at(-1) ?? '';
    if (kept === undefined || this.#exemptionTokens.get(token) !== kept.payment.paymentId) {
      return this.#refusal(404, 'IllegalState');
    }
    const made = kept.payment.submissions.find((each) => each.submissionId === submissionId);
    if (made !== undefined) return this.bank.signed(200, made);
    if (kept.payment.status !== 'Authorized') return this.#refusal(409, 'IllegalState');
    const submission: Submission = { ...SUBMISSION, submissionId };
    kept.payment = { ...kept.payment, status: 'Completed', submissions: [submission] };
    return this.bank.signed(200, submission);
  }

  #named({ path }: Received): Kept | undefined {
    return this.#payments.get(/\/sepa-payments\/([0-9a-f-]+)/.exec(path)?.[1] ?? '');
  }

  #refusal(status: number, violation: string): Promise<Reply> {
    const violations = [{ type: violation, path: '', message: 'because' }];
    return this.bank.signed(status, { type: 'BUSINESS', message: 'because', id: 'r', violations });
  }
}

export function refusedExemption(why: ExemptionRefusal): Reply {
  return refusedGrant(EXEMPTION_REFUSALS[why]);
}

function refusedGrant(description: string): Reply {
  return json(400, { error: 'invalid_grant', error_description: description });
}

function tokenAnswer(members: object): Reply {
  return json(200, { token_type: 'bearer', scope: 'payments', expires_in: 3600, ...members });
}

function apiStep({ method, headers }: Received): Step {
  if (method === 'GET') return 'read';
  if (method === 'DELETE') return 'delete';
  if (method === 'PUT') return 'submit';
  return String(headers.authorization).startsWith('Bearer customer-') ? 'create' : 'create-default';
}
