import type { ArtifactChanges, ArtifactToSave, Rotation, SingleUse, TokenFacts } from '../ports/token-artifacts.ts';

/** An access token about to be saved, before it is known whether a refresh token was given in for it. */
export interface PendingArtifact extends Omit<ArtifactToSave, 'token' | 'supersedes'> {
  readonly token?: Omit<TokenFacts, 'unconfirmedRefreshToken'> | undefined;
}

/**
 * Everything one answer changes, gathered while the library works and written at once before the answer leaves: a crash or a
 * lost race leaves nothing half done.
 */
export class UnitOfWork {
  /** When the request came: what ended after that ended beside it, not before it. */
  readonly beganAt: Date;
  readonly #uses: SingleUse[] = [];
  readonly #saves: PendingArtifact[] = [];
  #rotation: Rotation | undefined;

  constructor(beganAt: Date) {
    this.beganAt = beganAt;
  }

  use(use: SingleUse): void {
    this.#uses.push(use);
  }

  rotate(rotation: Rotation): void {
    this.#rotation = rotation;
  }

  save(artifact: PendingArtifact): void {
    this.#saves.push(artifact);
  }

  /** Hands over what is to be saved to somebody who saves it in a transaction of their own. */
  takeSaves(): readonly ArtifactToSave[] {
    const { saves } = this.changes();
    this.#saves.length = 0;
    return saves;
  }

  get isEmpty(): boolean {
    return this.#uses.length === 0 && this.#saves.length === 0 && this.#rotation === undefined;
  }

  /** Whether a code was to be redeemed, and under which grant: its loss means that somebody else redeemed it too. */
  get redeemedGrantId(): string | undefined {
    const redeems = this.#uses.some(({ model }) => model === 'AuthorizationCode');
    return redeems ? this.#saves.find(({ grantId }) => grantId !== undefined)?.grantId : undefined;
  }

  /** After a refresh, the new refresh token knows which one it supersedes, and the access token which one it came with. */
  changes(): ArtifactChanges {
    const rotation = this.#rotation;
    const renewed = rotation && this.#saves.find(({ model }) => model === 'RefreshToken')?.id;
    const saves = this.#saves.map(({ token, ...artifact }) => ({
      ...artifact,
      token: token && { ...token, unconfirmedRefreshToken: renewed },
      supersedes: artifact.model === 'RefreshToken' ? rotation?.refreshTokenId : undefined,
    }));
    return { uses: this.#uses, rotation, saves };
  }
}

const units = new WeakMap<object, UnitOfWork>();

/** Begins the unit of work of the request this context belongs to. */
export function beginUnitOfWork(context: object, now: Date): UnitOfWork {
  const unit = new UnitOfWork(now);
  units.set(context, unit);
  return unit;
}

/** The unit of work of the request at hand; undefined outside of one, where changes are written as they come. */
export function unitOfWorkOf(context: object | undefined): UnitOfWork | undefined {
  return context === undefined ? undefined : units.get(context);
}
