import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The one stylesheet of the bank's pages. */
export const STYLESHEET = readFileSync(new URL('./lupa.css', import.meta.url), 'utf8');

export const STYLESHEET_PATH = '/assets/lupa.css';

/** Its address changes with its content, so browsers may keep it for good. */
export const STYLESHEET_HREF = `${STYLESHEET_PATH}?v=${createHash('sha256').update(STYLESHEET).digest('hex').slice(0, 12)}`;
