import type { AuthorizationServer, AuthorizationServerOptions } from './options.ts';

/** Makes the bank's authorization server (contract §1–§4). */
export declare function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer;
