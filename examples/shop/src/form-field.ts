import type { FastifyRequest } from 'fastify';

/** A field of the posted form; `undefined` when it is missing or was sent more than once. */
export function formField(request: FastifyRequest, name: string): string | undefined {
  const value: unknown = Object(request.body)[name];
  return typeof value === 'string' ? value : undefined;
}
