/** One attribute of a distinguished name: `{ CN: ['…'] }`, or by its object identifier. */
export type NameAttribute = Readonly<Record<string, string[]>>;

/** What a certificate of the bank's side is for, and so which extensions it carries (RFC 5280 section 4.2). */
export interface CertificateProfile {
  readonly subject: readonly NameAttribute[];
  readonly use: 'authority' | 'server';
  /** Host names and addresses a server answers under. */
  readonly hosts?: { readonly dns: readonly string[]; readonly ip: readonly string[] };
  readonly lifetimeDays: number;
  /** A certificate with fewer days left is replaced at the next start. */
  readonly renewalDays: number;
}

/** Signs every certificate of the sandbox. Renewed long before any certificate it signs could outlive it. */
export const AUTHORITY: CertificateProfile = {
  subject: [{ C: ['FI'] }, { O: ['Lupa Sandbox'] }, { CN: ['Lupa Sandbox CA'] }],
  use: 'authority',
  lifetimeDays: 3652,
  renewalDays: 825,
};

/** The API listener's. At most 825 days: what clients on Apple's systems accept of a private CA. */
export const API_SERVER: CertificateProfile = {
  subject: [{ C: ['FI'] }, { O: ['Lupa Sandbox'] }, { CN: ['localhost'] }],
  use: 'server',
  hosts: { dns: ['localhost'], ip: ['127.0.0.1', '::1'] },
  lifetimeDays: 820,
  renewalDays: 30,
};
