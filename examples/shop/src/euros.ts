import { type Cents, formatCents } from '@lupa/tpp';

/** An amount for people, `€1,250.00`; on the wire it is `formatCents` alone. */
export function euros(cents: Cents): string {
  const [whole = '', decimals = ''] = formatCents(cents).split('.');
  return `€${whole.replace(/\B(?=(?:\d{3})+$)/g, ',')}.${decimals}`;
}
