import { type ExchangeRates, fixedExchangeRates } from '@lupa/bank';

/** Units of each currency for one euro. They are made up, though likely, and never move: a test knows what will be debited. */
const UNITS_PER_EURO = {
  AED: '3.9800',
  AUD: '1.6500',
  BRL: '6.1000',
  CAD: '1.4800',
  CHF: '0.9500',
  CNY: '7.8500',
  CZK: '25.100',
  DKK: '7.4600',
  GBP: '0.8500',
  HKD: '8.4500',
  HUF: '400.00',
  ILS: '4.0000',
  INR: '90.500',
  ISK: '148.50',
  JPY: '162.50',
  KRW: '1480.0',
  KWD: '0.3340',
  MXN: '19.800',
  NOK: '11.700',
  NZD: '1.8200',
  PLN: '4.3000',
  RON: '4.9800',
  SEK: '11.300',
  SGD: '1.4500',
  THB: '38.500',
  TRY: '35.200',
  USD: '1.0850',
  ZAR: '20.100',
} as const;

/** What the sandbox's bank sells currencies at. */
export const SANDBOX_EXCHANGE_RATES: ExchangeRates = fixedExchangeRates(UNITS_PER_EURO);
