import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Clock } from '../ports/clock.ts';
import type { Artifact, TokenArtifacts } from '../ports/token-artifacts.ts';
import { exchangeOf } from './exchange.ts';
import type { ApprovedGrant } from './token-facts.ts';
import { tokenFacts } from './token-facts.ts';
import { type PendingArtifact, UnitOfWork, unitOfWorkOf } from './unit-of-work.ts';

export interface ArtifactKeeping {
  readonly artifacts: TokenArtifacts;
  readonly clock: Clock;
  /** Until when the second use of a code is recognised, seconds after the first: as long as what it gave may live. */
  readonly usedCodeSeconds: number;
  /** Where the browser goes when the interaction is over. */
  readonly resumeUrl: (uid: string) => string;
}

/** Seconds of the machine's clock, which is the one the library reads. */
function machineSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * Keeps one of the library's models in our store. Inside a request its changes join the request's unit of work. The library lives by
 * the machine's clock and the bank by its own, so times are kept as the bank's and told as the machine's.
 */
export class ArtifactAdapter implements Adapter {
  readonly #model: string;
  readonly #keeping: ArtifactKeeping;

  constructor(model: string, keeping: ArtifactKeeping) {
    this.#model = model;
    this.#keeping = keeping;
  }

  async upsert(id: string, payload: AdapterPayload, expiresInSeconds: number): Promise<void> {
    // Neither the id nor what repeats it is kept, and the expiry has its own column.
    const { jti: _id, exp: _expiry, returnTo: _address, ...kept } = payload;
    const { clock, artifacts } = this.#keeping;
    const context = Provider.ctx;
    const grant = context?.oidc.entities.Grant as (ApprovedGrant & object) | undefined;
    const artifact: PendingArtifact = {
      model: this.#model,
      id,
      payload: kept,
      grantId: payload.grantId,
      expiresAt: new Date(clock.now().getTime() + expiresInSeconds * 1000),
      token: isAccessTokenModel(this.#model) ? tokenFacts(this.#model, payload, grant) : undefined,
    };
    const unit = unitOfWorkOf(context);
    if (unit !== undefined) return unit.save(artifact);
    const alone = new UnitOfWork(clock.now());
    alone.save(artifact);
    await artifacts.commit(alone.changes());
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const artifact = await this.#keeping.artifacts.find(this.#model, id);
    if (artifact === undefined || this.#endedBesideThisRequest(artifact)) return undefined;
    return this.#toPayload(artifact);
  }

  /** A code is used up; a refresh token is only given in, and ends when its successor is first used (contract §2). */
  async consume(id: string): Promise<void> {
    const unit = this.#unit();
    const at = this.#keeping.clock.now();
    if (this.#model === 'RefreshToken') return unit.rotate({ refreshTokenId: id, at });
    const keepUntil = new Date(at.getTime() + this.#keeping.usedCodeSeconds * 1000);
    unit.use({ model: this.#model, id, at, keepUntil });
  }

  /** An interaction is answered once: of two browsers' requests that end it one gets through. */
  async destroy(id: string): Promise<void> {
    if (this.#model === 'Interaction') {
      return this.#unit().use({ model: this.#model, id, at: this.#keeping.clock.now(), keepUntil: undefined });
    }
    if (this.#model === 'Grant') return this.revokeByGrantId(id);
    await this.#keeping.artifacts.remove(this.#model, id);
  }

  /** Not part of the answer's unit of work: a revocation stands, whatever becomes of the answer. */
  async revokeByGrantId(grantId: string): Promise<void> {
    const request = Provider.ctx?.req;
    await this.#keeping.artifacts.revokeGrant(grantId, request && exchangeOf(request).requestId);
  }

  async findByUid(): Promise<undefined> {
    throw new Error('browser sessions are not kept');
  }

  async findByUserCode(): Promise<undefined> {
    throw new Error('there is no device flow');
  }

  /**
   * A refresh token that was still good when this request came is no reuse, though a duplicate was quicker: it is refused like
   * an unknown one, and the family of the quicker one lives (contract §2).
   */
  #endedBesideThisRequest({ consumedAt }: Artifact): boolean {
    const beganAt = unitOfWorkOf(Provider.ctx)?.beganAt;
    return this.#model === 'RefreshToken' && consumedAt !== undefined && beganAt !== undefined && consumedAt > beganAt;
  }

  #unit(): UnitOfWork {
    const unit = unitOfWorkOf(Provider.ctx);
    if (unit === undefined) throw new Error(`${this.#model} may only be used up within a request`);
    return unit;
  }

  #toPayload({ id, payload, grantId, expiresAt, consumedAt }: Artifact): AdapterPayload {
    const remainingSeconds = Math.ceil((expiresAt.getTime() - this.#keeping.clock.now().getTime()) / 1000);
    return {
      ...payload,
      jti: id,
      exp: machineSeconds() + remainingSeconds,
      ...(grantId === undefined ? {} : { grantId }),
      ...(consumedAt === undefined ? {} : { consumed: Math.floor(consumedAt.getTime() / 1000) }),
      ...(this.#model === 'Interaction' ? { returnTo: this.#keeping.resumeUrl(id) } : {}),
    };
  }
}

function isAccessTokenModel(model: string): model is 'AccessToken' | 'ClientCredentials' {
  return model === 'AccessToken' || model === 'ClientCredentials';
}
