import { readFileSync } from 'node:fs';

/** What the sandbox's pages need beside the bank's own stylesheet. */
export const SANDBOX_STYLESHEET = readFileSync(new URL('./sandbox.css', import.meta.url), 'utf8');

export const SANDBOX_STYLESHEET_PATH = '/sandbox/sandbox.css';
