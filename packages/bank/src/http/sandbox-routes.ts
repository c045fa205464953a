import { decideInSandbox } from '../operations/sandbox-decision.ts';
import type { SandboxDecision } from '../ports/payment-store.ts';
import { authorization } from './representations.ts';
import { authorizationIdOf, requireNoFields } from './request-parts.ts';
import { type Route, route, type SandboxSide } from './route.ts';

/** `sandbox-authorize` and `sandbox-reject` (contract §5): there is no such path where there is no sandbox. */
export function sandboxRoutes({ firstTestCustomer }: SandboxSide): readonly Route[] {
  return [
    decidingRoute('sandbox-authorize', 'authorized', firstTestCustomer),
    decidingRoute('sandbox-reject', 'rejected', firstTestCustomer),
  ];
}

function decidingRoute(
  name: string,
  decision: SandboxDecision,
  firstTestCustomer: SandboxSide['firstTestCustomer'],
): Route {
  return route({
    method: 'POST',
    path: `/authorizations/:authorizationId/${name}`,
    call: 'decide in the sandbox',
    read: async (request, api) => {
      await requireNoFields(request, api);
      return authorizationIdOf(request);
    },
    perform: async (api, call, authorizationId) => {
      const decided = await decideInSandbox({ ...api, firstTestCustomer }, call, authorizationId, decision);
      return { status: 200, body: authorization(decided.authorization) };
    },
  });
}
