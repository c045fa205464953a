import { html } from 'hono/html';

/** What the `html` tag makes: every value in it is escaped unless it is itself such a piece. */
export type Html = ReturnType<typeof html>;

export { html };
