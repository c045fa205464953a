import type { BankSettings } from '@lupa/bank';

/** Adds the sandbox's own pages to the Authorize listener. */
export type AddPages = NonNullable<BankSettings['sandbox']>['pages'];

/** The listener, as far as these pages see it. */
export type App = Parameters<AddPages>[0];

/** What these pages may do in the bank. */
export type Rooms = Parameters<AddPages>[1];
