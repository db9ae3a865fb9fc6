import type {
  EndpointStatus,
  EndpointStatusTable,
  EndpointStatusWriter,
} from '@herald/registry/endpoint-status';

/**
 * What this dispatcher has decided about endpoints, in force here before it is on record: the latest decision counts,
 * whoever took it. One write an endpoint is under way at a time; what is decided meanwhile goes with the next.
 */
export interface StatusBook {
  get(endpointId: string): EndpointStatus | undefined;
  /** In force at once; goes on record with the next `write`. */
  decide(status: EndpointStatus): void;
  /** Nothing about the endpoint goes on record until the returned function is called: something else has to before. */
  withhold(endpointId: string): () => void;
  /** Takes a decision back that no `write` has followed. */
  withdraw(status: EndpointStatus): void;
  /** Writes what is decided: now, or when the write under way is acknowledged. */
  write(endpointId: string): void;
  /** Calls back when what is decided now is acknowledged: at once where nothing is left to be. */
  whenRecorded(endpointId: string, then: () => void): void;
  /** The endpoint is deleted, and nothing of it is left to be decided. */
  delete(endpointId: string): void;
  /** Somebody else decides about the endpoint from now on: only what is on record counts. */
  handOver(endpointId: string): void;
}

export interface StatusBookOptions {
  statuses: Pick<EndpointStatusTable, 'get' | 'onChange'>;
  writer: Pick<EndpointStatusWriter, 'put' | 'delete'>;
  onFatal: (error: Error) => void;
}

interface Page {
  /** Undefined once the status is deleted. */
  status: EndpointStatus | undefined;
  decisions: number;
  /** How many of the decisions are acknowledged. */
  recorded: number;
  writing: boolean;
  /** How many have withheld it. */
  withheld: number;
  /** Another write has been asked for while one is under way, or withheld. */
  wanted: boolean;
  waiting: { decisions: number; then: () => void }[];
}

export function createStatusBook({ statuses, writer, onFatal }: StatusBookOptions): StatusBook {
  /** Of endpoints whose latest decision the table does not have yet. */
  const pages = new Map<string, Page>();

  statuses.onChange((endpointId, read) => {
    const page = pages.get(endpointId);
    if (!page || page.writing) return;
    // Whoever wrote later decides, or has decided from what we wrote.
    const isLater = read && page.status && read.updatedAtMs > page.status.updatedAtMs;
    if (isLater) drop(endpointId);
    else closeIfRead(endpointId, page, read);
  });

  return {
    get,

    decide(status) {
      const known = get(status.endpointId);
      // Later than what it follows, whatever the clocks say: the later of two decisions counts.
      status.updatedAtMs = Math.max(status.updatedAtMs, (known?.updatedAtMs ?? 0) + 1);
      turn(status.endpointId, status);
    },

    withhold(endpointId) {
      const page = pages.get(endpointId);
      if (!page) return () => {};
      page.withheld += 1;
      return () => {
        page.withheld -= 1;
        if (page.wanted && pages.get(endpointId) === page) write(endpointId);
      };
    },

    withdraw(status) {
      if (pages.get(status.endpointId)?.status === status) drop(status.endpointId);
    },

    write,

    whenRecorded(endpointId, then) {
      const page = pages.get(endpointId);
      if (!page || page.recorded === page.decisions) return then();
      page.waiting.push({ decisions: page.decisions, then });
      write(endpointId);
    },

    delete(endpointId) {
      if (!get(endpointId)) return;
      turn(endpointId, undefined);
      write(endpointId);
    },

    handOver: drop,
  };

  /** Nobody is left waiting: what they wait for is their next owner's to do. */
  function drop(endpointId: string): void {
    const page = pages.get(endpointId);
    pages.delete(endpointId);
    for (const { then } of page?.waiting.splice(0) ?? []) then();
  }

  function get(endpointId: string): EndpointStatus | undefined {
    const page = pages.get(endpointId);
    return page ? page.status : statuses.get(endpointId);
  }

  function turn(endpointId: string, status: EndpointStatus | undefined): void {
    const page = pages.get(endpointId);
    if (page) {
      page.status = status;
      page.decisions += 1;
    } else
      pages.set(endpointId, {
        status,
        decisions: 1,
        recorded: 0,
        writing: false,
        withheld: 0,
        wanted: false,
        waiting: [],
      });
  }

  function write(endpointId: string): void {
    const page = pages.get(endpointId);
    if (!page || page.recorded === page.decisions) return;
    if (page.writing || page.withheld > 0) {
      page.wanted = true;
      return;
    }
    const { decisions, status } = page;
    page.writing = true;
    page.wanted = false;
    const written = status ? writer.put(status) : writer.delete(endpointId);
    written.then(() => recorded(endpointId, page, decisions)).catch(onFatal);
  }

  function recorded(endpointId: string, page: Page, decisions: number): void {
    page.writing = false;
    page.recorded = decisions;
    const due = page.waiting.filter((each) => each.decisions <= decisions);
    page.waiting = page.waiting.filter((each) => each.decisions > decisions);
    for (const { then } of due) then();
    if (pages.get(endpointId) !== page) return;
    if (page.wanted || page.waiting.length > 0) write(endpointId);
    closeIfRead(endpointId, page, statuses.get(endpointId));
  }

  function closeIfRead(endpointId: string, page: Page, read: EndpointStatus | undefined): void {
    if (page.writing || page.recorded < page.decisions) return;
    const isRead = page.status ? read && read.updatedAtMs >= page.status.updatedAtMs : !read;
    if (isRead) pages.delete(endpointId);
  }
}
