declare const normalised: unique symbol;

/** A username as attempts are counted by and customers are found by: one spelling for everything that means the same. */
export type Username = string & { readonly [normalised]: 'Username' };

/** Longer than any username of the bank. What is longer is cut, so that a stranger cannot make the store keep much. */
const MAX_USERNAME_LENGTH = 64;

/** Usernames are kept in lower case; telephones like to begin a field with a capital, and to end it with a space. */
export function normaliseUsername(text: string): Username {
  const trimmed = text
    .slice(0, 4 * MAX_USERNAME_LENGTH)
    .normalize('NFKC')
    .trim()
    .toLowerCase();
  // PostgreSQL takes neither NUL nor a lone surrogate in a text.
  return trimmed.replaceAll('\0', '').toWellFormed().slice(0, MAX_USERNAME_LENGTH).toWellFormed() as Username;
}
