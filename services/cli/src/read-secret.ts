import { UsageFailure } from './failure.ts';

/** No secret is longer: what is piped in by mistake is not read to its end. */
const MAX_SECRET_BYTES = 4_096;

/** The first line of standard input. @throws UsageFailure where there is none, or it is no secret. */
export async function readSecret(input: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const read = Buffer.from(chunk);
    chunks.push(read);
    bytes += read.length;
    if (read.includes('\n') || bytes > MAX_SECRET_BYTES) break;
  }
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split('\n', 1);
  const secret = line.trim();
  if (secret === '') throw new UsageFailure(['standard input is empty: write the secret to it, as one line']);
  if (bytes > MAX_SECRET_BYTES) {
    throw new UsageFailure([`standard input holds more than ${MAX_SECRET_BYTES} bytes: that is no secret`]);
  }
  return secret;
}
