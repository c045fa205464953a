import { randomInt } from 'node:crypto';
import { competentAuthorityOf, PSD2_COUNTRIES } from '../certificates/competent-authorities.ts';
import type { CompetentAuthority, TppOrganisation } from '../certificates/issue-tpp-certificate.ts';
import { GeneratorRefusal } from './generator-refusal.ts';

/** X.520's upper bound of a common name, and of an organisation's. */
const MAX_NAME_CHARACTERS = 64;

/** Fourteen digits: as many TPPs as anybody makes have different ones. */
const NUMBERS = [10 ** 13, 10 ** 14] as const;

/**
 * Makes up an organisation that nobody else is, registered by its country's authority.
 *
 * @param country of two letters, capital or not
 * @param name what customers see
 * @throws GeneratorRefusal invalid_country, invalid_name
 */
export function newOrganisation(
  country: unknown,
  name: unknown,
): { readonly organisation: TppOrganisation; readonly nca: CompetentAuthority } {
  const code = typeof country === 'string' ? country.toUpperCase() : '';
  const nca = competentAuthorityOf(code);
  if (nca === undefined) {
    throw new GeneratorRefusal(
      'invalid_country',
      `c must be the two letters of a country with a PSD2 authority, such as c=fi. There are ${PSD2_COUNTRIES.join(' ')}.`,
    );
  }
  if (!isName(name)) {
    throw new GeneratorRefusal(
      'invalid_name',
      `cn must be the TPP's name, once, with 1 to ${MAX_NAME_CHARACTERS} characters and no control characters, such as cn=My%20TPP.`,
    );
  }
  const organizationIdentifier = `PSD${nca.id}-${randomInt(...NUMBERS)}`;
  return { organisation: { name, commonName: name, country: code, organizationIdentifier }, nca };
}

function isName(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    name.trim() !== '' &&
    [...name].length <= MAX_NAME_CHARACTERS &&
    name.isWellFormed() &&
    !/\p{Control}/u.test(name)
  );
}
