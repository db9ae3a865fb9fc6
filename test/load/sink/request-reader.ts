const HEAD_END = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Cuts the bytes of one connection into requests with a Content-Length and calls `onRequest` for each. Node's own
 * parser takes twice the CPU time, which on a small machine would be missing to the sender that is measured.
 * Returns false for what it cannot read: the connection is to be closed.
 */
export function createRequestReader(
  onRequest: (path: string, body: Buffer) => void,
): (chunk: Buffer) => boolean {
  let unread: Buffer | undefined;

  return (chunk) => {
    let bytes = unread ? Buffer.concat([unread, chunk]) : chunk;
    unread = undefined;
    while (bytes.length > 0) {
      const headEnd = bytes.indexOf(HEAD_END);
      if (headEnd === -1) break;
      const head = bytes.toString('latin1', 0, headEnd);
      const length = CONTENT_LENGTH.exec(head)?.[1];
      if (length === undefined) return false;
      const bodyStart = headEnd + HEAD_END.length;
      const end = bodyStart + Number(length);
      if (bytes.length < end) break;
      const pathStart = head.indexOf(' ') + 1;
      onRequest(head.slice(pathStart, head.indexOf(' ', pathStart)), bytes.subarray(bodyStart, end));
      bytes = bytes.subarray(end);
    }
    if (bytes.length > 0) unread = bytes;
    return true;
  };
}
