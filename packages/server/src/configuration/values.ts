import type { Given, GivenMembers } from './given.ts';
import { isObject } from './given.ts';
import { MEMBERS, type Member, type MemberPath, variableOf } from './members.ts';
import type { Problem } from './problem.ts';

/** Where the whole numbers of a member begin and end, and which one it is when nothing is said. */
export interface NumberRule {
  readonly least: number;
  readonly most: number;
  readonly otherwise: number;
}

/**
 * Reads the values of members, whether they come from the file or from the environment, and takes down what is wrong with
 * them. A value that is wrong or missing reads as `undefined`, so that all the others are looked at too.
 */
export class Values {
  readonly #given: GivenMembers;
  readonly #problems: Problem[];

  constructor(given: GivenMembers, problems: Problem[]) {
    this.#given = given;
    this.#problems = problems;
  }

  /** Takes down a mistake in a member. */
  mistake(path: MemberPath, what: string, mend: string): undefined {
    this.#problems.push({ kind: 'mistake', where: this.where(path), what, mend });
  }

  warning(path: MemberPath, what: string, mend: string): undefined {
    this.#problems.push({ kind: 'warning', where: this.where(path), what, mend });
  }

  where(path: MemberPath): string {
    return this.#given.get(path)?.where ?? `${path} (variable ${variableOf(path)})`;
  }

  given(path: MemberPath): Given | undefined {
    return this.#given.get(path);
  }

  text(path: MemberPath): string | undefined {
    const given = this.#given.get(path);
    if (given === undefined || given.value === undefined) return undefined;
    if (typeof given.value === 'string' && given.value !== '') return given.value;
    return this.mistake(path, 'It is not a text.', 'Write it in quotation marks; leave it out where there is none.');
  }

  requiredText(path: MemberPath): string | undefined {
    if (!this.#given.has(path)) return this.missing(path);
    return this.text(path);
  }

  missing(path: MemberPath): undefined {
    const { about, inFile } = MEMBERS.find((member) => member.path === path) as Member;
    const ways = inFile ? ` Or name a file that holds it: ${path}File, ${variableOf(path)}_FILE.` : '';
    return this.mistake(path, `It is missing: ${about}.`, `Say it in the file or in ${variableOf(path)}.${ways}`);
  }

  wholeNumber(path: MemberPath, { least, most, otherwise }: NumberRule): number {
    const value = this.#given.get(path)?.value;
    if (value === undefined) return otherwise;
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least && number <= most) return number;
    const kubernetes = /^tcp:\/\//.test(String(value))
      ? ' Kubernetes sets this variable for a Service of that name: say enableServiceLinks: false, or name the Service otherwise.'
      : '';
    this.mistake(path, `It is ${JSON.stringify(value)}.${kubernetes}`, `Say a whole number from ${least} to ${most}.`);
    return otherwise;
  }

  choice<Choice extends string>(path: MemberPath, choices: readonly Choice[], otherwise: Choice): Choice {
    const value = this.#given.get(path)?.value;
    if (value === undefined) return otherwise;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.mistake(path, `It is ${JSON.stringify(value)}.`, `Say one of ${choices.join(', ')}.`);
    return found ?? otherwise;
  }

  /** A list in the file; separated by commas in a variable, by line ends in a file of its own. Empty when absent. */
  list(path: MemberPath): readonly string[] {
    const given = this.#given.get(path);
    if (given?.value === undefined) return [];
    const { value, file } = given;
    const parts = typeof value === 'string' ? value.split(file === undefined ? ',' : /\r?\n/) : value;
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string')) {
      return parts.map((part) => part.trim()).filter((part) => part !== '');
    }
    this.mistake(path, 'It is not a list of texts.', 'Write it as ["one", "other"].');
    return [];
  }

  /** `{"USD": "1.0850"}` in the file, `USD=1.0850,GBP=0.8600` in a variable. */
  table(path: MemberPath): Readonly<Record<string, string>> {
    const value = this.#given.get(path)?.value;
    if (value === undefined) return {};
    const pairs =
      typeof value === 'string'
        ? value.split(',').map((pair) => pair.split('=').map((part) => part.trim()))
        : isObject(value)
          ? Object.entries(value)
          : [[]];
    if (
      pairs.every(
        (pair): pair is [string, string] => pair.length === 2 && pair.every((part) => typeof part === 'string'),
      )
    ) {
      return Object.fromEntries(pairs);
    }
    this.mistake(path, 'It is not a table of texts.', 'Write it as {"USD": "1.0850"}; USD=1.0850 in a variable.');
    return {};
  }
}
