/** What shows whether the audit trail was changed says that it was. Nothing of it was removed, nor of what comes after it. */
export class BrokenTrail extends Error {
  override readonly name = 'BrokenTrail';

  /** @param stays what was not removed therefore */
  constructor(where: string, problem: string, stays: string) {
    super(
      `The audit trail does not hold at ${where}: ${problem}. ${stays}, for that would remove what shows it. Run lupa audit ` +
        'verify, find out what happened, and only then remove records.',
    );
  }
}
