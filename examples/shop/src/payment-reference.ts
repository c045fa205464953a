/** The weights of the Finnish reference number, from the right. */
const WEIGHTS = [7, 3, 1] as const;

/**
 * The reference number by which the shop's bookkeeping finds an order's payment: the order number and a check digit, which
 * brings the weighted sum of the digits to a multiple of ten (Finance Finland's reference number guide).
 */
export function paymentReference(orderNumber: number): string {
  const digits = [...String(orderNumber)].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => total + digit * (WEIGHTS[index % 3] ?? 0), 0);
  return `${orderNumber}${(10 - (sum % 10)) % 10}`;
}
