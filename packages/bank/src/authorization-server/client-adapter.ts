import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Clients } from '../ports/clients.ts';
import { clientMetadata } from './client-metadata.ts';

/** Shows the library our clients. It reads them, and nothing else: they are registered elsewhere. */
export function clientAdapter(clients: Clients): Adapter {
  const readOnly = async (): Promise<never> => {
    throw new Error('clients are not the authorization server’s to change');
  };
  return {
    async find(clientId: string): Promise<AdapterPayload | undefined> {
      const client = await clients.byId(clientId);
      return client && clientMetadata(client);
    },
    upsert: readOnly,
    destroy: readOnly,
    consume: readOnly,
    findByUid: readOnly,
    findByUserCode: readOnly,
    revokeByGrantId: readOnly,
  };
}
