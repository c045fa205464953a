import { fixedExchangeRates, IDEMPOTENCY_KEY_DAYS, LONGEST_LIFETIMES, type TokenLifetimes } from '@lupa/bank';
import { currencyDecimals, isBic } from '@lupa/protocol';
import type { Values } from './values.ts';

const DAY_SECONDS = 86_400;

/** What this bank is, and how long things live in it. */
export function checkBank(values: Values) {
  const bic = checkBic(values);
  const unauthorizedSeconds = values.wholeNumber('unauthorizedSeconds', {
    least: 60,
    most: 30 * DAY_SECONDS,
    otherwise: DAY_SECONDS,
  });
  return {
    bankCodes: checkBankCodes(values),
    ...(bic === undefined ? {} : { bic }),
    exchangeRates: fixedExchangeRates(checkExchangeRates(values)),
    audiences: values.list('audiences'),
    revocation: checkRevocation(values),
    signatures: values.choice('signatures', ['required', 'optional'], 'required'),
    lifetimes: checkLifetimes(values),
    unauthorizedSeconds,
    retention: { idempotencyKeyDays: checkIdempotencyKeyDays(values, unauthorizedSeconds) },
    callsUnderWay: values.wholeNumber('callsUnderWay', { least: 1, most: 100_000, otherwise: 512 }),
  };
}

function checkIdempotencyKeyDays(values: Values, unauthorizedSeconds: number): number {
  const days = values.wholeNumber('idempotencyKeyDays', { least: 1, most: 3_650, otherwise: IDEMPOTENCY_KEY_DAYS });
  if (days * DAY_SECONDS < unauthorizedSeconds) {
    values.mistake(
      'idempotencyKeyDays',
      `A payment waits for its customer for ${unauthorizedSeconds} s, longer than its idempotency key would be remembered.`,
      `Say at least ${Math.ceil(unauthorizedSeconds / DAY_SECONDS)}, or a shorter unauthorizedSeconds.`,
    );
  }
  return days;
}

function checkRevocation(values: Values) {
  const lists = values.list('revocation.lists');
  for (const url of lists) {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
      values.mistake(
        'revocation.lists',
        `${JSON.stringify(url)} is no URL of a list.`,
        'Begin it with https:// or http://.',
      );
    }
  }
  return {
    lists: lists.map((url) => ({ url })),
    refreshSeconds: values.wholeNumber('revocation.refreshSeconds', { least: 1, most: 40, otherwise: 20 }),
    graceSeconds: values.wholeNumber('revocation.graceSeconds', { least: 0, most: DAY_SECONDS, otherwise: 3_600 }),
  };
}

function checkBankCodes(values: Values): readonly string[] {
  if (values.given('bank.codes') === undefined) values.missing('bank.codes');
  const codes = values.list('bank.codes');
  for (const code of codes) {
    if (!/^\d{1,6}$/.test(code)) {
      values.mistake(
        'bank.codes',
        `${JSON.stringify(code)} is not the beginning of a national bank code.`,
        'Write 1 to 6 digits, such as "5".',
      );
    }
  }
  return codes;
}

function checkBic(values: Values): string | undefined {
  const bic = values.text('bank.bic');
  if (bic === undefined || isBic(bic)) return bic;
  return values.mistake('bank.bic', `${bic} is not a BIC.`, 'Write its 8 or 11 capital letters and digits.');
}

function checkExchangeRates(values: Values): Readonly<Record<string, string>> {
  const table = values.table('bank.exchangeRates');
  for (const [currency, rate] of Object.entries(table)) {
    if (currencyDecimals(currency) === undefined) {
      values.mistake('bank.exchangeRates', `${currency} is no currency.`, 'Write its three letters, such as USD.');
    } else if (!/^(?:0|[1-9]\d{0,8})(?:\.\d{1,10})?$/.test(rate) || Number(rate) === 0) {
      values.mistake(
        'bank.exchangeRates',
        `${rate} is no rate of ${currency}.`,
        'Write units for one euro, such as "1.0850".',
      );
    }
  }
  return table;
}

function checkLifetimes(values: Values): TokenLifetimes {
  const lifetime = (name: keyof TokenLifetimes) =>
    values.wholeNumber(`lifetimes.${name}`, {
      least: 1,
      most: LONGEST_LIFETIMES[name],
      otherwise: LONGEST_LIFETIMES[name],
    });
  return {
    clientTokenSeconds: lifetime('clientTokenSeconds'),
    userTokenSeconds: lifetime('userTokenSeconds'),
    idTokenSeconds: lifetime('idTokenSeconds'),
    codeSeconds: lifetime('codeSeconds'),
    refreshTokenDays: lifetime('refreshTokenDays'),
  };
}
