/** What a code of `TppError` means. */
export interface TppErrorEntry {
  /** What happened, why, and what to do next. */
  readonly message: string;
  /** Whether the same call, with the same key or id, may be made again: it cannot be done twice, and it may succeed. */
  readonly retrySafe: boolean;
}

/** Every way a call of the SDK can fail: the one table of codes and texts. */
export const TPP_ERROR_CODES = {
  // What the caller gave.
  SETTINGS_INVALID: {
    message: 'The settings of the SDK cannot be used. Mend what is listed and construct it again.',
    retrySafe: false,
  },
  ARGUMENT_INVALID: {
    message: 'An argument of this call cannot be used, so nothing was sent. Mend it and call again.',
    retrySafe: false,
  },

  // The way to the bank.
  CONNECTION_FAILED: {
    message:
      'No connection to the bank could be opened, so nothing was sent. Check the address and the network, then call again.',
    retrySafe: true,
  },
  TLS_FAILED: {
    message:
      'The TLS handshake failed: one side does not accept the certificate of the other. Check tls.cert, tls.key and tls.ca against what the bank registered.',
    retrySafe: false,
  },
  CONNECTION_LOST: {
    message: 'The connection was lost before the whole answer had come. Call again.',
    retrySafe: true,
  },
  TIMEOUT: {
    message: 'The bank did not answer in time. Call again, or allow more time with limits.attemptMs and limits.callMs.',
    retrySafe: true,
  },
  ABORTED: {
    message: 'The call was ended by its AbortSignal.',
    retrySafe: true,
  },

  // What the bank's answer looks like.
  ANSWER_TOO_LARGE: {
    message: 'The answer is larger than limits.answerBytes and was not read to its end. Ask the bank what it sends.',
    retrySafe: true,
  },
  ANSWER_UNEXPECTED: {
    message:
      'The answer is not what the contract has for this call, or a redirect, which the SDK never follows. Check the addresses in the settings.',
    retrySafe: true,
  },
  ANSWER_MISMATCH: {
    message: 'The answer is signed but speaks of something else than was asked. Do not trust it; ask the bank.',
    retrySafe: true,
  },
  RESPONSE_SIGNATURE_MISSING: {
    message:
      "The answer carries no x-jws-signature, so it may not be the bank's and was not read. Check that the API address leads to the bank itself.",
    retrySafe: true,
  },
  RESPONSE_SIGNATURE_MALFORMED: {
    message:
      'The x-jws-signature of the answer is not a detached JWS as the contract has it, so the answer was not read.',
    retrySafe: true,
  },
  RESPONSE_SIGNATURE_WRONG: {
    message:
      'The x-jws-signature does not fit the bytes of the answer: something changed it on its way, so it was not read.',
    retrySafe: true,
  },
  RESPONSE_SIGNATURE_KEY_UNKNOWN: {
    message:
      "The answer is signed with a key that is not in the bank's key set, so it was not read. Check the address of responseKeys.",
    retrySafe: true,
  },

  // Discovery and keys.
  DISCOVERY_FAILED: {
    message: 'The discovery document of the bank could not be used. Check the address, or give the endpoints yourself.',
    retrySafe: true,
  },
  DISCOVERY_ISSUER_WRONG: {
    message:
      'The discovery document names another issuer than was asked for (RFC 8414 section 3.3), so it was not believed. Give the issuer exactly as the bank spells it.',
    retrySafe: false,
  },
  KEYS_UNAVAILABLE: {
    message:
      "A key set of the bank could not be had, and without it nothing of the bank's can be verified. Check its address, then call again.",
    retrySafe: true,
  },

  // The token endpoint.
  TOKEN_REFUSED: {
    message: 'The token endpoint refused. The OAuth error says why: see oauthError.',
    retrySafe: false,
  },

  // The return from the bank.
  CALLBACK_MALFORMED: {
    message:
      'The URL the customer came back with is not an authorization response. Show the customer that nothing was paid, and start anew.',
    retrySafe: false,
  },
  CALLBACK_STATE_WRONG: {
    message:
      'The state does not belong to this pending authorization: the one who came back may not be the one who left. Do not go on; start anew.',
    retrySafe: false,
  },
  CALLBACK_ISSUER_WRONG: {
    message:
      'The response does not come from the bank that was asked (RFC 9207), or does not say so. Do not go on; start anew.',
    retrySafe: false,
  },
  CALLBACK_EXPIRED: {
    message: 'This pending authorization has expired: the customer stayed away too long. Start anew.',
    retrySafe: false,
  },
  CALLBACK_NOT_VERIFIED: {
    message: 'Only what handleCallback of this Tpp returned can be exchanged, for only that was verified.',
    retrySafe: false,
  },
  CALLBACK_USED: {
    message: 'This callback was already exchanged. A code works once; use the tokens it gave.',
    retrySafe: false,
  },
  AUTHORIZATION_DENIED: {
    message:
      'The customer rejected or cancelled, or failed too often. Nothing was authorised; let the customer choose what to do.',
    retrySafe: false,
  },
  AUTHORIZATION_FAILED: {
    message:
      'The bank could not or would not handle the authorization request. The OAuth error says why: see oauthError.',
    retrySafe: false,
  },

  // ID tokens (contract section 4).
  ID_TOKEN_MISSING: {
    message: 'There is no ID token where there must be one. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_MALFORMED: {
    message: 'The ID token is not an RS256 JWT as the contract has it. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_KEY_UNKNOWN: {
    message:
      "The ID token is signed with a key that is not in the bank's key set. Do not go on; check the address of idTokenKeys.",
    retrySafe: false,
  },
  ID_TOKEN_SIGNATURE_WRONG: {
    message: 'The signature of the ID token is wrong: somebody changed it. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_ISSUER_WRONG: {
    message: 'The ID token was issued by somebody else. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_AUDIENCE_WRONG: {
    message: 'The ID token was issued to another client. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_EXPIRED: {
    message: "The ID token is expired or not valid yet. Check this machine's clock, then start anew.",
    retrySafe: false,
  },
  ID_TOKEN_NONCE_WRONG: {
    message: 'The nonce of the ID token is not the one that was sent: it may be a replay. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_AUTHORIZATION_WRONG: {
    message: 'The ID token speaks of another authorizationId. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_ACR_WRONG: {
    message: 'The ID token does not say that the customer was strongly authenticated. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_STATE_HASH_WRONG: {
    message: 'The s_hash is missing or not that of the state. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_CODE_HASH_WRONG: {
    message: 'The c_hash is missing or not that of the code. Do not go on; start anew.',
    retrySafe: false,
  },
  ID_TOKEN_ACCESS_TOKEN_HASH_WRONG: {
    message: 'The at_hash is missing or not that of the access token. Throw the tokens away and start anew.',
    retrySafe: false,
  },
  ID_TOKEN_REFRESH_TOKEN_HASH_WRONG: {
    message: 'The rt_hash is missing or not that of the refresh token. Throw the tokens away and start anew.',
    retrySafe: false,
  },

  // Registration (contract section 10).
  REGISTRATION_REFUSED: {
    message:
      'The bank refused what was asked of a registration, and nothing was changed. The OAuth error says which check failed: see oauthError, oauthDescription and check.',
    retrySafe: false,
  },

  // What the payments API refuses (contract section 7), always on the bank's signed word.
  REQUEST_INVALID: {
    message: 'The bank refused the request as invalid. The violations say what to mend.',
    retrySafe: false,
  },
  REQUEST_SIGNATURE_REFUSED: {
    message:
      'The bank did not accept our signature. Check signing.key, signing.kid and the key set registered for this client.',
    retrySafe: false,
  },
  ACCESS_TOKEN_REFUSED: {
    message:
      'The bank did not accept the access token or the API key. Refresh the tokens, or check apiKey and the client certificate.',
    retrySafe: false,
  },
  FORBIDDEN: {
    message:
      "The token may not make this call: submitting needs the customer's tokens, everything else the client's own.",
    retrySafe: false,
  },
  NOT_FOUND: { message: 'The bank knows no such thing of this client. Check the ids.', retrySafe: false },
  ILLEGAL_STATE: {
    message: 'The payment or authorization is not in a state that allows this. Read it again to see its status.',
    retrySafe: false,
  },
  DUPLICATE_PAYMENT: {
    message:
      'This idempotency key was used for another body, or its payment has moved on. Use a new key for a new payment.',
    retrySafe: false,
  },
  INSUFFICIENT_FUNDS: {
    message:
      'The account does not hold enough money; nothing was debited. Submit again with the same submissionId once it does.',
    retrySafe: true,
  },
  PAYMENT_FAIL: {
    message: 'The bank refused the payment and nothing was debited. Read the submission for its status.',
    retrySafe: false,
  },
  TOO_MANY_REQUESTS: {
    message: 'The bank takes no more requests just now; nothing was done. Wait a little and call again.',
    retrySafe: true,
  },
  UNAVAILABLE: { message: 'The bank cannot serve this just now. Wait a little and call again.', retrySafe: true },
  BANK_FAILED: {
    message: 'Something went wrong inside the bank. Call again later, and quote the request id if it persists.',
    retrySafe: true,
  },

  // Waiting.
  WAIT_TIMEOUT: {
    message:
      'The submission did not reach a wanted status in time. Wait for it again later; lastStatus is what it had.',
    retrySafe: true,
  },
} as const satisfies Record<string, TppErrorEntry>;

/** The code of a `TppError`: one for each way a call fails. */
export type TppErrorCode = keyof typeof TPP_ERROR_CODES;
