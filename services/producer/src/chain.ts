/** What stands in a chain, in one at a time. */
export interface Link<L> {
  before?: L | undefined;
  after?: L | undefined;
}

/**
 * Links in the order in which they were appended, each to be taken out in no time: the first key of a large Map that is
 * used as a queue is found only past all that were deleted before it.
 */
export class Chain<L extends Link<L>> {
  first: L | undefined;
  #last: L | undefined;

  append(link: L): void {
    link.before = this.#last;
    link.after = undefined;
    if (this.#last) this.#last.after = link;
    else this.first = link;
    this.#last = link;
  }

  /** @param link one of this chain */
  remove(link: L): void {
    const { before, after } = link;
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.#last = before;
  }
}
