import { TrustAnchors } from '@lupa/certificates';
import { anchoredTrust } from '../src/adapters/anchored-trust.ts';
import type { Database } from '../src/adapters/postgres/database.ts';
import { PostgresRevocationLists } from '../src/adapters/postgres/revocation-lists.ts';
import { RevocationLists } from '../src/adapters/revocation/revocation-lists.ts';
import type { RevocationSettings } from '../src/adapters/revocation/revocation-settings.ts';
import type { Clock } from '../src/ports/clock.ts';

/** The bank's trust in one CA, whose list it fetches from where the operator said. */
export function trustIn(
  { ca, listUrl }: { readonly ca: string; readonly listUrl: string },
  clock: Clock,
  database: Database,
  settings: RevocationSettings = { lists: [{ url: listUrl }] },
) {
  const problems: string[] = [];
  const lists = new RevocationLists({
    settings,
    store: new PostgresRevocationLists(database),
    clock,
    failed: (_url, why) => problems.push(why),
  });
  return { trust: anchoredTrust({ anchors: TrustAnchors.fromPem(ca), lists, clock }), lists, problems };
}
