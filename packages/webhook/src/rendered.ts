/** A message body, or why an event cannot be said in a format. */
export type Rendered =
  | { kind: 'rendered'; body: Buffer; contentType: string }
  | { kind: 'not_representable'; reason: string };

export function renderedJson(value: unknown, contentType = 'application/json'): Rendered {
  return { kind: 'rendered', body: Buffer.from(JSON.stringify(value)), contentType };
}

export function notRepresentable(reason: string): Rendered {
  return { kind: 'not_representable', reason };
}
