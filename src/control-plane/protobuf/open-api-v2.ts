/** Writes an OpenAPI v2 document as protobuf: the only form in which kubectl reads one. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { isJsonObject, textOf } from '../schema/json.js';

/** The media type that clients ask for. */
export const OPEN_API_V2_MEDIA_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Writes a value into the message it belongs to. */
type Write = (writer: BinaryWriter, value: unknown) => void;

/**
 * The bytes of a document. Only the parts that this API's documents have are written.
 *
 * @param document - OpenAPI v2 as JSON.
 * @see Source: gnostic-models `openapiv2/OpenAPIv2.proto` for the numbers.
 */
export function writeOpenApiV2(document: unknown): Uint8Array {
  const writer = new BinaryWriter();
  writeDocument(writer, document);
  return writer.finish();
}

const writeDocument = message({
  swagger: text(1),
  info: nested(2, message({ title: text(1), version: text(2) })),
  paths: nested(8, named(2, writePathItem)),
  definitions: nested(9, named(1, writeSchema)),
});

function writePathItem(writer: BinaryWriter, value: unknown): void {
  writeFields(writer, value, {
    get: nested(2, writeOperation),
    put: nested(3, writeOperation),
    post: nested(4, writeOperation),
    delete: nested(5, writeOperation),
    patch: nested(8, writeOperation),
  });
}

function writeOperation(writer: BinaryWriter, value: unknown): void {
  // a parameter is three messages deep: one of two, one of two, one of four
  const parameter = nested(1, nested(2, nested(3, writeQueryParameter)));
  const response = nested(
    1,
    message({ description: text(1), schema: nested(2, nested(1, writeSchema)) }),
  );
  writeFields(writer, value, {
    parameters: each(nested(8, parameter)),
    responses: nested(9, named(1, response)),
  });
  writeExtensions(writer, value, 13);
}

function writeQueryParameter(writer: BinaryWriter, value: unknown): void {
  writeFields(writer, value, { in: text(2), name: text(4), type: text(6), uniqueItems: flag(20) });
}

function writeSchema(writer: BinaryWriter, value: unknown): void {
  writeFields(writer, value, {
    $ref: text(1),
    format: text(2),
    description: text(4),
    required: each(text(19)),
    additionalProperties: nested(21, nested(1, writeSchema)),
    type: nested(22, text(1)),
    items: nested(23, nested(1, writeSchema)),
    properties: nested(25, named(1, writeSchema)),
  });
  writeExtensions(writer, value, 31);
}

/** What the standard does not know, as YAML; JSON is YAML. */
function writeExtensions(writer: BinaryWriter, value: unknown, number: number): void {
  if (!isJsonObject(value)) return;
  const extensions = Object.entries(value).filter(([name]) => name.startsWith('x-'));
  for (const [name, content] of extensions) {
    nested(number, named(undefined, text(2)))(writer, { [name]: JSON.stringify(content) });
  }
}

function message(fields: Readonly<Record<string, Write>>): Write {
  return (writer, value) => writeFields(writer, value, fields);
}

function writeFields(
  writer: BinaryWriter,
  value: unknown,
  fields: Readonly<Record<string, Write>>,
): void {
  if (!isJsonObject(value)) return;
  for (const [name, write] of Object.entries(fields)) {
    const present = value[name];
    if (present !== undefined) write(writer, present);
  }
}

/** A map, as a list of messages with a name (1) and a value (2); each in a field of that number. */
function named(number: number | undefined, write: Write): Write {
  return (writer, value) => {
    for (const [name, content] of Object.entries(isJsonObject(value) ? value : {})) {
      const entry: Write = (inner) => {
        text(1)(inner, name);
        nested(2, write)(inner, content);
      };
      if (number === undefined) entry(writer, content);
      else nested(number, entry)(writer, content);
    }
  };
}

function each(write: Write): Write {
  return (writer, value) => {
    for (const item of Array.isArray(value) ? value : []) write(writer, item);
  };
}

function nested(number: number, write: Write): Write {
  return (writer, value) => {
    writer.tag(number, WireType.LengthDelimited).fork();
    write(writer, value);
    writer.join();
  };
}

function text(number: number): Write {
  return (writer, value) => {
    writer.tag(number, WireType.LengthDelimited).string(textOf(value));
  };
}

function flag(number: number): Write {
  return (writer, value) => {
    writer.tag(number, WireType.Varint).bool(value === true);
  };
}
