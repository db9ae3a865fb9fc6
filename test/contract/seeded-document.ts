type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/**
 * The document with values that exist beside those that its schemas allow: what is made up alone is mostly answered
 * 404. A list of ids has the name of its items with an s.
 */
export function seededDocument(
  document: JsonObject,
  values: Readonly<Record<string, readonly Json[]>>,
): JsonObject {
  const known = (name: string, schema: JsonObject): JsonObject => {
    const given = values[name];
    return given ? { anyOf: [{ enum: given }, schema] } : schema;
  };

  function seed(node: Json): Json {
    if (Array.isArray(node)) return node.map(seed);
    if (!isObject(node)) return node;
    if (typeof node.in === 'string' && typeof node.name === 'string' && isObject(node.schema)) {
      const { example, ...parameter } = node;
      return { ...parameter, schema: known(node.name, node.schema) };
    }
    const seeded = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, seed(value)]));
    if (!isObject(seeded.properties)) return seeded;
    const properties = Object.entries(seeded.properties).map(([name, schema]) => [
      name,
      isObject(schema) ? ofProperty(name, schema) : schema,
    ]);
    return { ...seeded, properties: Object.fromEntries(properties) };
  }

  function ofProperty(name: string, schema: JsonObject): JsonObject {
    if (schema.type === 'array' && name.endsWith('s') && isObject(schema.items)) {
      return { ...schema, items: known(name.slice(0, -1), schema.items) };
    }
    return known(name, schema);
  }

  return { ...document, paths: withRequests(document.paths as JsonObject, seed) };
}

/** Two documents, since a tester asks one server; without the stream, which never ends, and has tests of its own. */
export function partsOf(document: JsonObject): { api: JsonObject; ingest: JsonObject } {
  const only = (isWanted: (operation: JsonObject) => boolean): JsonObject => {
    const paths = mapValues(document.paths as JsonObject, (item) =>
      Object.fromEntries(Object.entries(item as JsonObject).filter(([, of]) => isWanted(of as JsonObject))),
    );
    return { ...document, paths };
  };
  const isIngest = ({ servers }: JsonObject) => servers !== undefined;
  return {
    api: only((operation) => !isIngest(operation) && operation.operationId !== 'followTail'),
    ingest: only(isIngest),
  };
}

export function countOperations({ paths }: JsonObject): number {
  return Object.values(paths as JsonObject).flatMap((item) => Object.keys(item as JsonObject)).length;
}

/** Answers stay as they are described. */
function withRequests(paths: JsonObject, seed: (node: Json) => Json): JsonObject {
  return mapValues(paths, (item) =>
    mapValues(item as JsonObject, (operation) => {
      const { parameters, requestBody, ...others } = operation as JsonObject;
      return {
        ...others,
        ...(parameters !== undefined && { parameters: seed(parameters) }),
        ...(requestBody !== undefined && { requestBody: seed(requestBody) }),
      };
    }),
  );
}

function mapValues(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
