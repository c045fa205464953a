import type { AuthorizationId, ClientId, CustomerId, ErrorCode } from '@lupa/protocol';

/** What each kind of token stands for (contract §2, second table). */
export type TokenKind = 'client' | 'user' | 'customer' | 'exemption';

/** The role a client needs for any call of the payments API (contract §7). */
export const PAYMENT_INITIATION_ROLE = 'PIS';

/** An access token as the resource side sees it. */
export interface AccessToken {
  readonly kind: TokenKind;
  readonly clientId: ClientId;
  /** `x5t#S256` of the certificate the token is bound to. */
  readonly certificateThumbprint: string;
  readonly expiresAt: Date;
  /** The one authorization a `user` or `exemption` token is for. */
  readonly authorizationId: AuthorizationId | undefined;
  /** The customer behind a `user`, `customer` or `exemption` token. */
  readonly customerId: CustomerId | undefined;
}

/** Who calls: a client proven by its API key, over a connection with this certificate. */
export interface CallingClient {
  readonly clientId: ClientId;
  readonly roles: readonly string[];
  readonly certificateThumbprint: string;
}

/** Every kind of call of the payments API, and the tokens that may make it (contract §2, second table). */
const TOKENS_FOR = {
  'create a payment': ['client', 'customer'],
  'create a foreign payment': ['client'],
  'read a payment': ['client', 'user', 'customer', 'exemption'],
  'delete a payment': ['client'],
  'submit a payment': ['user', 'customer', 'exemption'],
  // Not the customer's token: the sandbox stands in for the customer (contract §8, `SandboxAuthorized`).
  'submit what the sandbox authorised': ['client', 'user', 'customer', 'exemption'],
  'read a submission': ['client', 'user', 'customer', 'exemption'],
  'read an authorization': ['client', 'user', 'customer'],
  'revoke an authorization': ['client'],
  'decide in the sandbox': ['client'],
} as const satisfies Record<string, readonly TokenKind[]>;

export type PaymentsCall = keyof typeof TOKENS_FOR;

/** Whether a token of this kind may ever make this call. */
export function mayMake(kind: TokenKind, call: PaymentsCall): boolean {
  return (TOKENS_FOR[call] as readonly TokenKind[]).includes(kind);
}

/**
 * Whether the token lets this client make this call now. The order of the checks is that of the answers: a token that is
 * no good at all (401) comes before one that is good for something else (403).
 *
 * @param token what the store knows of the token; undefined when it knows nothing
 * @returns the refusal's code, or undefined when the call may go on
 */
export function decideTokenUse(
  token: AccessToken | undefined,
  client: CallingClient,
  call: PaymentsCall,
  now: Date,
): ErrorCode | undefined {
  if (token === undefined || token.expiresAt <= now) return 'TOKEN_INVALID';
  if (token.certificateThumbprint !== client.certificateThumbprint) return 'TOKEN_INVALID';
  if (token.clientId !== client.clientId) return 'API_KEY_FOREIGN';
  if (!client.roles.includes(PAYMENT_INITIATION_ROLE)) return 'ROLE_MISSING';
  if (!mayMake(token.kind, call)) return 'TOKEN_WRONG_KIND';
  return undefined;
}

/** Whether the token reaches what belongs to this client and authorization; what it does not reach is "not found" (contract §7). */
export function reaches(token: AccessToken, owned: { clientId: ClientId; authorizationId: AuthorizationId }): boolean {
  if (token.clientId !== owned.clientId) return false;
  return token.kind === 'client' || token.authorizationId === owned.authorizationId;
}
