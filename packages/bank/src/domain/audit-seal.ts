import { createHash } from 'node:crypto';

/** The latest event of a chain when it was sealed. Hashes are 64 hexadecimal digits. */
export interface SealedHead {
  readonly chainId: string;
  readonly sequence: number;
  readonly hash: string;
}

/** What a seal says; its hash is over all of it. */
export interface SealContent {
  readonly sealNumber: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly sealedAt: string;
  readonly headCount: number;
  readonly root: string;
  /** Hash of the seal before it; the first has none. */
  readonly previousHash: string | undefined;
}

/** SHA-256 over the sealed heads, in the order of their chains. */
export function sealRoot(heads: readonly SealedHead[]): string {
  const root = createHash('sha256');
  for (const { chainId, sequence, hash } of heads.toSorted(byChain)) root.update(`${chainId} ${sequence} ${hash}\n`);
  return root.digest('hex');
}

export function sealHash({ sealNumber, sealedAt, headCount, root, previousHash = '-' }: SealContent): string {
  const text = `lupa audit seal 1 ${sealNumber} ${sealedAt} ${headCount} ${root} ${previousHash}`;
  return createHash('sha256').update(text).digest('hex');
}

function byChain(one: SealedHead, other: SealedHead): number {
  if (one.chainId === other.chainId) return one.sequence - other.sequence;
  return one.chainId < other.chainId ? -1 : 1;
}
