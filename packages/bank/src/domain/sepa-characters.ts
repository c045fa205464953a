/** The characters that every bank of the SEPA schemes takes (EPC217-08, the basic Latin set). */
const SEPA_CHARACTER = /^[A-Za-z0-9/\-?:().,'+ ]$/;

/** What a character without a counterpart becomes, as EPC217-08 has it. */
const WITHOUT_COUNTERPART = '.';

/** Marks on other characters, and what leaves no ink of its own. */
const LEAVES_NOTHING = /^[\p{M}\p{Cf}]$/u;
const BLANK = /^[\s\p{Z}]$/u;

/** Letters that are no base letter with a mark: those come apart by Unicode's own decomposition. */
const LATIN =
  'Æ=A Ø=O Œ=O Đ=D Ð=D Þ=T Ł=L Ħ=H Ŋ=N Ŧ=T Ə=E Ɓ=B Ɖ=D Ƒ=F Ɨ=I Ɛ=E Ʒ=Z Ǥ=G Ǝ=E Ƶ=Z ß=s ẞ=S ı=i ĸ=k ſ=s ƒ=f ŉ=n';
const GREEK = 'Α=A Β=V Γ=G Δ=D Ε=E Ζ=Z Η=I Θ=TH Ι=I Κ=K Λ=L Μ=M Ν=N Ξ=X Ο=O Π=P Ρ=R Σ=S Τ=T Υ=Y Φ=F Χ=CH Ψ=PS Ω=O ς=s';
/** Bulgarian as Bulgaria writes it, for it is the alphabet of the Union; then what other languages add. */
const CYRILLIC = [
  'А=A Б=B В=V Г=G Д=D Е=E Ж=ZH З=Z И=I Й=Y К=K Л=L М=M Н=N О=O П=P Р=R С=S Т=T У=U Ф=F Х=H Ц=TS Ч=CH Ш=SH Щ=SHT Ъ=A Ь=Y Ю=YU Я=YA',
  'Ы=Y Э=E Є=YE І=I Ґ=G Ђ=DJ Ј=J Љ=LJ Њ=NJ Ћ=C Џ=DZ Ѕ=DZ',
].join(' ');
const PUNCTUATION =
  "\"=' `=' ´=' ‘=' ’=' ‚=' ‛=' ′=' “=' ”=' „=' ‟=' ″=' «=' »=' ‹=' ›=' ‐=- –=- —=- ―=- −=- _=- ~=- &=+ [=( ]=) {=( }=) \\=/ |=/ ⁄=/ ∕=/ ;=, ¿=? €=E";

const COUNTERPARTS = new Map(counterparts([LATIN, GREEK, CYRILLIC, PUNCTUATION]));

/**
 * Writes a text in the SEPA character set, for the payment rails alone: what customers and TPPs see stays as it was written.
 * Letters become their base letters, other alphabets are spelled, `&` becomes `+`, and what has no counterpart a full stop
 * (the principles of EPC217-08).
 *
 * @param maxLength characters the field holds, at least 1; the text is cut there
 * @returns 1 to `maxLength` characters of the set, without blanks around them: a field that must be filled is never empty
 * @example
 * toSepaCharacters('Åke & Zoë Öström', 70); // 'Ake + Zoe Ostrom'
 */
export function toSepaCharacters(text: string, maxLength: number): string {
  let written = '';
  for (const character of text.trim()) {
    written += counterpartOf(character);
    if (written.length >= maxLength) break;
  }
  return written.slice(0, maxLength).trim() || WITHOUT_COUNTERPART;
}

/** Whether every bank of the SEPA schemes takes the text as it is. */
export function isInSepaCharacters(text: string): boolean {
  for (const character of text) if (!SEPA_CHARACTER.test(character)) return false;
  return true;
}

function counterpartOf(character: string): string {
  if (SEPA_CHARACTER.test(character)) return character;
  const known = COUNTERPARTS.get(character);
  if (known !== undefined) return known;
  const decomposed = character.normalize('NFKD');
  if (decomposed !== character) return Array.from(decomposed, counterpartOf).join('');
  if (LEAVES_NOTHING.test(character)) return '';
  return BLANK.test(character) ? ' ' : WITHOUT_COUNTERPART;
}

/** Reads `Ж=ZH`, and the small letters after it. */
function* counterparts(tables: readonly string[]): Iterable<[string, string]> {
  for (const pair of tables.flatMap((table) => table.split(' '))) {
    const [character = '', counterpart = ''] = pair.split('=');
    yield [character, counterpart];
    const small = character.toLowerCase();
    if (small !== character && small.length === 1) yield [small, counterpart.toLowerCase()];
  }
}
