import { CertificateError } from '../certificate-error.ts';

/** Three length bytes reach 16 MiB, more than anything that is read here. */
const MAX_LENGTH_BYTES = 3;

const MULTI_BYTE_TAG = 0x1f;

/**
 * Reads DER (ITU-T X.690) element by element, from outside to inside: the caller says which tag must come next, and gets a
 * reader of its content. Lengths are definite, minimal and inside what encloses them, so that no input is read in two
 * ways. Nothing is copied, nothing recurses. Every fault is a `CertificateError` that names the byte.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#end;
  }

  /** Where the next element begins. */
  get position(): number {
    return this.#position;
  }

  /** The tag of the next element; `undefined` at the end. */
  peek(): number | undefined {
    return this.isAtEnd ? undefined : this.#bytes[this.#position];
  }

  /** What is left, unread. */
  get content(): Uint8Array {
    return this.#bytes.subarray(this.#position, this.#end);
  }

  /** Reads an element of this tag. @returns a reader of its content */
  read(tag: number, what: string): DerReader {
    if (this.isAtEnd) throw this.fault(`${what} is missing`);
    if (this.peek() !== tag) {
      throw this.fault(`${what} has tag 0x${hexOf(this.peek())} where 0x${hexOf(tag)} belongs`);
    }
    return this.readAny(what);
  }

  /** Reads an element of this tag, if that is what comes next. */
  readOptional(tag: number, what: string): DerReader | undefined {
    return this.peek() === tag ? this.readAny(what) : undefined;
  }

  /** Reads whatever element comes next. @returns a reader of its content */
  readAny(what: string): DerReader {
    const start = this.#position;
    if (start === this.#end) throw this.fault(`${what} is missing`);
    if (((this.#bytes[start] ?? 0) & MULTI_BYTE_TAG) === MULTI_BYTE_TAG) {
      throw this.fault(`${what} has a tag number above 30, which nothing in a certificate has`);
    }
    const contentStart = start + 1 + this.#lengthBytes(start + 1, what);
    const contentEnd = contentStart + this.#length(start + 1);
    if (contentEnd > this.#end) throw this.fault(`${what} is longer than what encloses it`);
    this.#position = contentEnd;
    return new DerReader(this.#bytes, contentStart, contentEnd);
  }

  /** Reads the next element whole, tag and length included. */
  readElement(tag: number, what: string): Uint8Array {
    const start = this.#position;
    this.read(tag, what);
    return this.#bytes.subarray(start, this.#position);
  }

  /** Refuses what is left over. */
  expectEnd(what: string): void {
    if (!this.isAtEnd) throw this.fault(`${what} has bytes left over`);
  }

  /** Another reader of what is left here. */
  copy(): DerReader {
    return new DerReader(this.#bytes, this.#position, this.#end);
  }

  fault(problem: string): CertificateError {
    return new CertificateError(`${problem} (byte ${this.#position}).`);
  }

  /** How many bytes say the length; 1 is the short form. */
  #lengthBytes(at: number, what: string): number {
    const first = at < this.#end ? this.#bytes[at] : undefined;
    if (first === undefined) throw this.fault(`${what} is cut off before its length`);
    if (first < 0x80) return 1;
    if (first === 0x80) throw this.fault(`${what} has an indefinite length, which DER has not`);
    const count = first & 0x7f;
    if (count > MAX_LENGTH_BYTES) throw this.fault(`${what} has a length of ${count} bytes; nothing is that long`);
    if (at + count >= this.#end) throw this.fault(`${what} is cut off inside its length`);
    if (this.#bytes[at + 1] === 0 || (count === 1 && (this.#bytes[at + 1] ?? 0) < 0x80)) {
      throw this.fault(`${what} has a length that is not written in the shortest way`);
    }
    return 1 + count;
  }

  /** The length itself; `#lengthBytes` has checked it. */
  #length(at: number): number {
    const first = this.#bytes[at] ?? 0;
    if (first < 0x80) return first;
    let length = 0;
    for (let index = at + 1; index <= at + (first & 0x7f); index += 1)
      length = length * 256 + (this.#bytes[index] ?? 0);
    return length;
  }
}

function hexOf(tag: number | undefined): string {
  return (tag ?? 0).toString(16).padStart(2, '0');
}
