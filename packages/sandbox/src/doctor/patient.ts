import type { PaymentCertificate } from '@lupa/certificates';
import type { RegisteredTpp, Tpp } from '@lupa/tpp';
import type { DataDirectory } from '../files/data-directory.ts';
import type { RunningSandbox } from '../files/running-sandbox.ts';
import type { ServerTls } from './look-at-tls.ts';

/** What `lupa doctor` is to look at. */
export interface Examined {
  readonly files: DataDirectory;
  /** `--tpp`; without it the demo TPP. */
  readonly tppDirectory?: string;
  /** `--bank`; without it the one of the TPP's directory, else the sandbox that runs. */
  readonly bank?: string;
  readonly now: () => Date;
  readonly nodeVersion: string;
  /** Those `lupa up` would like. */
  readonly ports: Readonly<Record<'api' | 'authorize' | 'shop', number>>;
}

/** What the checks find out for those after them. */
export interface Patient extends Examined {
  running?: RunningSandbox | undefined;
  registered?: RegisteredTpp | undefined;
  issuer?: string | undefined;
  discovery?: Discovery | undefined;
  /** The client's, once its key was found to fit. */
  certificate?: PaymentCertificate | undefined;
  apiTls?: ServerTls | undefined;
  tpp?: Tpp | undefined;
}

/** The bank's own words about itself. */
export interface Discovery {
  readonly document: Readonly<Record<string, unknown>>;
  /** The bank's clock, to the second. */
  readonly date: Date | undefined;
  /** Ours, half-way between asking and the answer. */
  readonly askedAt: Date;
  readonly tokenEndpoint: string;
}
