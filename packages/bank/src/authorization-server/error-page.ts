import { createHash } from 'node:crypto';
import { html } from 'hono/html';

const STYLE =
  ':root{color-scheme:light dark}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}dt{font-weight:600;margin-top:1rem}dd{margin:0}';

const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64');

/** Security headers of the page: it loads nothing, submits nothing and is framed by nobody. */
export const ERROR_PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

const LANGUAGES = ['fi', 'sv', 'en'] as const;
type Language = (typeof LANGUAGES)[number];

interface Texts {
  readonly title: string;
  readonly explanation: string;
  readonly advice: string;
  readonly reason: string;
  readonly requestId: string;
}

const TEXTS: Readonly<Record<Language, Texts>> = {
  fi: {
    title: 'Maksun vahvistaminen ei onnistunut',
    explanation:
      'Pankki ei voinut käsitellä pyyntöä, jolla tulit tänne. Maksua ei ole tehty eikä tililtäsi ole veloitettu mitään.',
    advice:
      'Palaa palveluun, josta aloitit maksun, ja aloita uudelleen. Jos virhe toistuu, kerro palvelulle alla oleva tunniste.',
    reason: 'Syy (palvelun ylläpitäjälle)',
    requestId: 'Pyynnön tunniste',
  },
  sv: {
    title: 'Betalningen kunde inte bekräftas',
    explanation:
      'Banken kunde inte behandla begäran som förde dig hit. Ingen betalning har gjorts och inget har debiterats ditt konto.',
    advice:
      'Gå tillbaka till tjänsten där du påbörjade betalningen och börja om. Om felet upprepas, uppge koden nedan för tjänsten.',
    reason: 'Orsak (för tjänstens administratör)',
    requestId: 'Begärans kod',
  },
  en: {
    title: 'The payment could not be confirmed',
    explanation:
      'The bank could not handle the request that brought you here. No payment was made and nothing was taken from your account.',
    advice:
      'Go back to the service where you started the payment and begin again. If it happens again, tell that service the id below.',
    reason: 'Reason (for whoever runs the service)',
    requestId: 'Request id',
  },
};

/**
 * The page for a browser whose request cannot be answered anywhere else, because client or redirect URI is not proven
 * (contract §3): never a redirect, and never a link to where the request wanted to go.
 *
 * @param reason for the TPP's developer, in English
 */
export async function errorPage(page: {
  readonly reason: string;
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
}): Promise<string> {
  const language = chooseLanguage(page.acceptLanguage);
  const texts = TEXTS[language];
  const rendered = await html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${texts.title}</h1>
<p>${texts.explanation}</p>
<p>${texts.advice}</p>
<dl>
<dt>${texts.requestId}</dt>
<dd>${page.requestId}</dd>
<dt>${texts.reason}</dt>
<dd lang="en">${page.reason}</dd>
</dl>
</main>
</body>
</html>
`;
  return rendered.toString();
}

/** The first of the browser's languages that we speak; English where there is none. */
function chooseLanguage(acceptLanguage = ''): Language {
  const wanted = acceptLanguage.split(',').map((each) => each.trim().slice(0, 2).toLowerCase());
  return (
    wanted.map((each) => LANGUAGES.find((language) => language === each)).find((found) => found !== undefined) ?? 'en'
  );
}
