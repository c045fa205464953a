/** Why a file that somebody named cannot be read, in words to follow “cannot be read:”. */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ('code' in error && WORDS[String(error.code)]) || error.message;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such directory',
  EISDIR: 'it is a directory, not a file',
  EACCES: 'this account may not read it',
};
