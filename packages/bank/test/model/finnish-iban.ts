/** The `number`-th account of a bank that nobody else in these tests banks with: right in both of its check digits. */
export function finnishIban(number: number): string {
  const thirteen = `5980${String(number).padStart(9, '0')}`;
  const sum = [...thirteen].reduce((total, digit, place) => {
    // From the right, every second digit counts twice (the national check digit is Luhn's).
    const weighted = Number(digit) * ((thirteen.length - place) % 2 === 1 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  const account = `${thirteen}${(10 - (sum % 10)) % 10}`;
  // ISO 13616: with FI as 1518 and the check digits at the end, the whole leaves 1 when divided by 97.
  const check = 98n - (BigInt(`${account}151800`) % 97n);
  return `FI${String(check).padStart(2, '0')}${account}`;
}
