/** Where `lupa pay` waits for the customer; the first free one of them is used. */
export const PAY_CALLBACK_PORTS = [8182, 8183, 8184] as const;

/**
 * The demo TPP's redirect URIs. The shop's return page comes first and follows its port; the workflow document's own and
 * those of `lupa pay` stay where they are.
 */
export function demoRedirectUris(shopPort: number): string[] {
  return [
    shopRedirectUri(shopPort),
    'https://localhost:8181',
    'https://localhost:8181/oauth/access_token',
    'http://localhost:8181',
    'http://localhost/callback',
    ...PAY_CALLBACK_PORTS.map((port) => payCallbackUri(port)),
  ];
}

export function shopRedirectUri(shopPort: number): string {
  return `http://localhost:${shopPort}/return`;
}

export function payCallbackUri(port: number): string {
  return `http://localhost:${port}/callback`;
}
