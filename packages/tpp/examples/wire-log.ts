import type { ClientSettings, ExchangeRecord } from '@lupa/tpp';

/** Watches what goes over the wire; tokens, codes and secrets are redacted before they get here. */
export function withWireLog(client: ClientSettings, print: (line: string) => void): ClientSettings {
  const onExchange = ({ purpose, attempt, request, answer, failure, durationMs }: ExchangeRecord) =>
    print(`${purpose} #${attempt} ${request.method} ${request.url} → ${answer?.status ?? failure} in ${durationMs} ms`);
  return { ...client, onExchange };
}
