/** Messages whose JSON form is not an object of their fields: quantities, free-form JSON, unions without a name. */
import { ProtobufFault } from './protobuf-fault.ts';
import { delimited, endOf, readParts, tag, varint } from './protobuf-parts.ts';
import type { ValueCodec } from './protobuf-plan.ts';
import { int32Of, listOf, readText, textOf } from './protobuf-scalars.ts';
import { microTimeCodec, timeCodec } from './protobuf-times.ts';

/** What these messages call back into. */
export interface SpecialLinks {
  readonly messageCodec: (message: string) => ValueCodec;
  /** A JSON value from the bytes of a free-form field. */
  readonly readRaw: (bytes: Uint8Array, depth: number) => unknown;
}

type Make = (links: SpecialLinks) => ValueCodec;

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const extensions = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';
const schemaMessage = `${extensions}.JSONSchemaProps`;

const makers: Readonly<Record<string, Make>> = {
  [`${meta}.Time`]: () => timeCodec,
  [`${meta}.MicroTime`]: () => microTimeCodec,
  [`${meta}.FieldsV1`]: (links) => rawJson(links, undefined),
  [`${meta}.Verbs`]: () => textList,
  'k8s.io.api.authentication.v1.ExtraValue': () => textList,
  'k8s.io.api.authorization.v1.ExtraValue': () => textList,
  'k8s.io.api.certificates.v1.ExtraValue': () => textList,
  'k8s.io.apimachinery.pkg.api.resource.Quantity': () => quantity,
  'k8s.io.apimachinery.pkg.runtime.RawExtension': (links) => rawJson(links, undefined),
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': () => intOrString,
  [`${extensions}.JSON`]: (links) => rawJson(links, null),
  [`${extensions}.JSONSchemaPropsOrArray`]: schemaOrList,
  [`${extensions}.JSONSchemaPropsOrBool`]: schemaOrBool,
  [`${extensions}.JSONSchemaPropsOrStringArray`]: schemaOrTexts,
};

/** The codec of a message that has a JSON form of its own; undefined for all others. */
export function specialCodec(message: string, links: SpecialLinks): ValueCodec | undefined {
  return makers[message]?.(links);
}

const quantity: ValueCodec = {
  wire: 2,
  read: (reader) => {
    let text = '';
    readParts(reader, endOf(reader), {
      [tag(1, delimited)]: () => {
        text = readText(reader);
      },
    });
    return text === '' ? '0' : text;
  },
  write: (value, writer) => {
    const text = typeof value === 'number' ? String(value) : textOf(value);
    writer.fork().uint32(tag(1, delimited)).string(text).ldelim();
  },
};

/** Fields: which of the two it is (0 is the number), the number, the text. */
const intOrString: ValueCodec = {
  wire: 2,
  read: (reader) => {
    let [type, number, text] = [0, 0, ''];
    readParts(reader, endOf(reader), {
      [tag(1, varint)]: () => {
        type = reader.int32();
      },
      [tag(2, varint)]: () => {
        number = reader.int32();
      },
      [tag(3, delimited)]: () => {
        text = readText(reader);
      },
    });
    if (type !== 0 && type !== 1) throw new ProtobufFault(`impossible type ${type} of an int-or-string`);
    return type === 0 ? number : text;
  },
  write: (value, writer) => {
    const isNumber = typeof value === 'number';
    const [number, text] = isNumber ? [int32Of(value), ''] : [0, textOf(value)];
    writer
      .fork()
      .uint32(tag(1, varint))
      .int32(isNumber ? 0 : 1)
      .uint32(tag(2, varint))
      .int32(number)
      .uint32(tag(3, delimited))
      .string(text)
      .ldelim();
  },
};

const textList: ValueCodec = {
  wire: 2,
  read: (reader) => {
    const items: string[] = [];
    readParts(reader, endOf(reader), {
      [tag(1, delimited)]: () => {
        items.push(readText(reader));
      },
    });
    return items;
  },
  write: (value, writer) => {
    writer.fork();
    for (const item of listOf(value)) writer.uint32(tag(1, delimited)).string(textOf(item));
    writer.ldelim();
  },
};

/** Any JSON value, as its text. */
function rawJson({ readRaw }: SpecialLinks, whenEmpty: null | undefined): ValueCodec {
  return {
    wire: 2,
    read: (reader, depth) => {
      let value: unknown = whenEmpty;
      readParts(reader, endOf(reader), {
        [tag(1, delimited)]: () => {
          const bytes = reader.bytes();
          value = bytes.length === 0 ? whenEmpty : readRaw(bytes, depth);
        },
      });
      return value;
    },
    write: (value, writer) => {
      writer.fork();
      if (value !== null) writer.uint32(tag(1, delimited)).string(JSON.stringify(value));
      writer.ldelim();
    },
  };
}

/** `items` of a schema: one schema for all, or a list of them. Fields: the schema, the list. */
function schemaOrList({ messageCodec }: SpecialLinks): ValueCodec {
  const schema = lazily(() => messageCodec(schemaMessage));
  return {
    wire: 2,
    read: (reader, depth) => {
      let one: unknown;
      const list: unknown[] = [];
      readParts(reader, endOf(reader), {
        [tag(1, delimited)]: () => {
          one = schema().read(reader, depth);
        },
        [tag(2, delimited)]: () => {
          list.push(schema().read(reader, depth));
        },
      });
      return list.length > 0 || one === undefined ? list : one;
    },
    write: (value, writer) => {
      writer.fork();
      const [id, items] = Array.isArray(value) ? [2, listOf(value)] : [1, [value]];
      for (const item of items) schema().write(item, writer.uint32(tag(id, delimited)));
      writer.ldelim();
    },
  };
}

/** `additionalProperties` of a schema: whether there may be any, or a schema for them. Fields: the boolean, the schema. */
function schemaOrBool({ messageCodec }: SpecialLinks): ValueCodec {
  const schema = lazily(() => messageCodec(schemaMessage));
  return {
    wire: 2,
    read: (reader, depth) => {
      let allows = false;
      let one: unknown;
      readParts(reader, endOf(reader), {
        [tag(1, varint)]: () => {
          allows = reader.bool();
        },
        [tag(2, delimited)]: () => {
          one = schema().read(reader, depth);
        },
      });
      return one ?? allows;
    },
    write: (value, writer) => {
      writer
        .fork()
        .uint32(tag(1, varint))
        .bool(value !== false);
      if (typeof value !== 'boolean') schema().write(value, writer.uint32(tag(2, delimited)));
      writer.ldelim();
    },
  };
}

/** `dependencies` of a schema: a schema, or names of properties. Fields: the schema, the names. */
function schemaOrTexts({ messageCodec }: SpecialLinks): ValueCodec {
  const schema = lazily(() => messageCodec(schemaMessage));
  return {
    wire: 2,
    read: (reader, depth) => {
      let one: unknown;
      const names: string[] = [];
      readParts(reader, endOf(reader), {
        [tag(1, delimited)]: () => {
          one = schema().read(reader, depth);
        },
        [tag(2, delimited)]: () => {
          names.push(readText(reader));
        },
      });
      return names.length > 0 || one === undefined ? names : one;
    },
    write: (value, writer) => {
      writer.fork();
      if (!Array.isArray(value)) schema().write(value, writer.uint32(tag(1, delimited)));
      else for (const name of listOf(value)) writer.uint32(tag(2, delimited)).string(textOf(name));
      writer.ldelim();
    },
  };
}

/** Schemas hold schemas: their codec is asked for when the first one is met. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
