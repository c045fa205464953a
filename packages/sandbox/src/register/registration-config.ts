import { readFile } from 'node:fs/promises';
import { LupaError, parseStrictJson, SOFTWARE_ROLES } from '@lupa/protocol';
import { whyUnreadable } from '@lupa/server/why-unreadable';
import type { OrganisationContact, SoftwareRole } from '@lupa/tpp';
import { nearestName } from './nearest-name.ts';

/** A registration as a file has it, in the shape of OP's public example (contract §10). Everything may be left out. */
export interface RegistrationConfig {
  readonly aud?: string;
  /** The generator of sandbox certificates. */
  readonly certificate_url?: string;
  readonly country?: string;
  readonly registration_url?: string;
  readonly redirect_uris?: readonly string[];
  readonly grant_types?: readonly string[];
  readonly tpp_id?: string;
  readonly api_key?: string;
  /** Where the TPP publishes its key set, when it has its own certificates. */
  readonly public_jwks_url?: string;
  readonly ssa?: SsaConfig;
}

/** What the file says of the software. */
export interface SsaConfig {
  readonly software_client_id?: string;
  readonly software_roles?: readonly SoftwareRole[];
  readonly software_jwks_endpoint?: string;
  readonly software_jwks_revoked_endpoint?: string;
  readonly software_client_name?: string;
  readonly software_redirect_uris?: readonly string[];
  readonly software_client_uri?: string;
  readonly org_name?: string;
  readonly org_id?: string;
  readonly org_contacts?: readonly OrganisationContact[];
}

/** A configuration file that cannot be used; the message names every mistake in it. */
export class RegistrationConfigWrong extends Error {
  override readonly name = 'RegistrationConfigWrong';

  constructor(path: string, problems: readonly string[]) {
    const [first = '', ...others] = problems;
    super(
      others.length === 0 ? `${path}: ${first}.` : `${path}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
}

type Members = Readonly<Record<string, unknown>>;

/** What a member must be, in words; `undefined` when it is. */
type Rule = (value: unknown) => string | undefined;

const text: Rule = (value) => (typeof value === 'string' && value.trim() !== '' ? undefined : 'is not a text');
const texts: Rule = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((each) => text(each) === undefined)
    ? undefined
    : 'is not a list of texts';
const url: Rule = (value) => (typeof value === 'string' && URL.canParse(value) ? undefined : 'is not a URL');
const country: Rule = (value) =>
  typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? undefined : 'is not a country of two letters, such as fi';
const roles: Rule = (value) =>
  texts(value) ??
  ((value as string[]).every((each) => (SOFTWARE_ROLES as readonly string[]).includes(each))
    ? undefined
    : `has one that is none of ${SOFTWARE_ROLES.join(', ')}`);

const MEMBERS: Readonly<Record<Exclude<keyof RegistrationConfig, 'ssa'>, Rule>> = {
  aud: text,
  certificate_url: url,
  country,
  registration_url: url,
  redirect_uris: texts,
  grant_types: texts,
  tpp_id: text,
  api_key: text,
  public_jwks_url: url,
};

const SSA_MEMBERS: Readonly<Record<Exclude<keyof SsaConfig, 'org_contacts'>, Rule>> = {
  software_client_id: text,
  software_roles: roles,
  software_jwks_endpoint: url,
  software_jwks_revoked_endpoint: url,
  software_client_name: text,
  software_redirect_uris: texts,
  software_client_uri: url,
  org_name: text,
  org_id: text,
};

const CONTACT_MEMBERS = { name: text, email: text, phone: text, type: text };

/**
 * Reads a configuration file in the shape of OP's `conf/env.json`: one registration, or several by the name of their environment.
 *
 * @param environment which of several; needless where there is one
 * @throws RegistrationConfigWrong with every mistake in it
 */
export async function readRegistrationConfig(path: string, environment?: string): Promise<RegistrationConfig> {
  const json = await readJson(path);
  const { at, config } = chooseEnvironment(path, json, environment);
  const problems = [
    ...memberProblems(at, config, { ...MEMBERS, ssa: () => undefined }),
    ...ssaProblems(`${at}ssa`, config.ssa),
  ];
  if (problems.length > 0) throw new RegistrationConfigWrong(path, problems);
  return config as RegistrationConfig;
}

async function readJson(path: string): Promise<Members> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new RegistrationConfigWrong(path, [whyUnreadable(error)]);
  }
  try {
    const json = parseStrictJson(bytes);
    if (isObject(json)) return json;
  } catch (error) {
    const why = (error instanceof LupaError ? error.description : undefined) ?? 'it cannot be parsed';
    throw new RegistrationConfigWrong(path, [`it is not acceptable JSON (${why})`]);
  }
  throw new RegistrationConfigWrong(path, ['it is not a JSON object']);
}

/** A file with a member of a registration is one registration; any other has registrations by name. */
function chooseEnvironment(
  path: string,
  json: Members,
  wanted: string | undefined,
): { readonly at: string; readonly config: Members } {
  const isOne = Object.keys(json).some((name) => name === 'ssa' || name in MEMBERS);
  if (isOne) {
    if (wanted === undefined) return { at: '', config: json };
    throw new RegistrationConfigWrong(path, [
      `it has one registration and no environment ${wanted}: leave --environment out`,
    ]);
  }
  const names = Object.keys(json);
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    const list =
      names.length === 0 ? 'it is empty' : `it has the environments ${names.join(', ')}: choose with --environment`;
    throw new RegistrationConfigWrong(path, [list]);
  }
  const config = Object.hasOwn(json, name) ? json[name] : undefined;
  if (isObject(config)) return { at: `${name}.`, config };
  throw new RegistrationConfigWrong(path, [
    Object.hasOwn(json, name)
      ? `${name} is not a registration (an object with registration_url, redirect_uris, ssa and others)`
      : `it has no environment ${name}; it has ${names.join(', ')}`,
  ]);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* ssaProblems(at: string, ssa: unknown): Iterable<string> {
  if (ssa === undefined) return;
  if (!isObject(ssa)) return yield `${at} is not an object`;
  yield* memberProblems(`${at}.`, ssa, { ...SSA_MEMBERS, org_contacts: () => undefined });
  const { org_contacts: contacts = [] } = ssa;
  if (!Array.isArray(contacts)) return yield `${at}.org_contacts is not a list`;
  for (const [index, contact] of contacts.entries()) {
    const place = `${at}.org_contacts[${index}]`;
    if (!isObject(contact)) yield `${place} is not an object`;
    else {
      yield* memberProblems(`${place}.`, contact, CONTACT_MEMBERS);
      for (const name of Object.keys(CONTACT_MEMBERS))
        if (contact[name] === undefined) yield `${place}.${name} is missing`;
    }
  }
}

function* memberProblems(at: string, object: Members, rules: Readonly<Record<string, Rule>>): Iterable<string> {
  for (const [name, value] of Object.entries(object)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      const nearest = nearestName(name, Object.keys(rules));
      yield `${at}${name} is not known${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
    } else {
      const problem = rule(value);
      if (problem !== undefined) yield `${at}${name} ${problem}`;
    }
  }
}
