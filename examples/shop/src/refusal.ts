/** A request that the shop does not serve, with what the page about it says. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly title: string;
  readonly next: { readonly href: string; readonly text: string };

  constructor(status: number, title: string, explanation: string, next = { href: '/', text: 'Back to the shop' }) {
    super(explanation);
    this.status = status;
    this.title = title;
    this.next = next;
  }
}
