/** Which field of a protobuf message has which number. */
import type { StructType } from '../schema/types.js';
import { CORE_MESSAGES } from './core-messages.js';
import {
  AUTHENTICATION_MESSAGES,
  AUTHORIZATION_MESSAGES,
  COORDINATION_MESSAGES,
  DISCOVERY_MESSAGES,
  EVENTS_MESSAGES,
  META_MESSAGES,
} from './meta-messages.js';
import {
  APPS_MESSAGES,
  AUTOSCALING_V1_MESSAGES,
  AUTOSCALING_V2_MESSAGES,
  BATCH_MESSAGES,
  POLICY_MESSAGES,
  SCHEDULING_MESSAGES,
} from './workload-messages.js';

/**
 * Messages of one package by name: their fields, as JSON has them, in the order of their numbers from
 * 1 on. `-` is a number without a field; `+Message` is a message whose fields JSON has in this one.
 * What a field holds is not said here: the type that JSON is decoded by says it.
 */
export type MessageTable = Readonly<Record<string, string>>;

/** One number of a message: a field, or a message whose fields stand in this one. */
export type NumberedField =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'inline'; readonly message: string };

/** Packages by the start of the OpenAPI names of their types. */
const PACKAGES: Readonly<Record<string, MessageTable>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1': META_MESSAGES,
  'io.k8s.api.core.v1': CORE_MESSAGES,
  'io.k8s.api.apps.v1': APPS_MESSAGES,
  'io.k8s.api.authentication.v1': AUTHENTICATION_MESSAGES,
  'io.k8s.api.authorization.v1': AUTHORIZATION_MESSAGES,
  'io.k8s.api.autoscaling.v1': AUTOSCALING_V1_MESSAGES,
  'io.k8s.api.autoscaling.v2': AUTOSCALING_V2_MESSAGES,
  'io.k8s.api.batch.v1': BATCH_MESSAGES,
  'io.k8s.api.coordination.v1': COORDINATION_MESSAGES,
  'io.k8s.api.discovery.v1': DISCOVERY_MESSAGES,
  'io.k8s.api.events.v1': EVENTS_MESSAGES,
  'io.k8s.api.policy.v1': POLICY_MESSAGES,
  'io.k8s.api.scheduling.v1': SCHEDULING_MESSAGES,
};

const PARSED = new Map<string, readonly (NumberedField | undefined)[]>();

/**
 * The fields of a message by number; undefined for a message that is not described.
 *
 * @param name - OpenAPI name of the type: `io.k8s.api.core.v1.Pod`.
 */
export function numberedFields(name: string): readonly (NumberedField | undefined)[] | undefined {
  const known = PARSED.get(name);
  if (known !== undefined) return known;
  const dot = name.lastIndexOf('.');
  const prefix = name.slice(0, dot);
  const line = PACKAGES[prefix]?.[name.slice(dot + 1)];
  if (line === undefined) return undefined;
  const fields = [undefined, ...line.split(' ').map((word) => numberedField(word, prefix))];
  PARSED.set(name, fields);
  return fields;
}

/** Whether objects of a type can be read from protobuf. */
export function isDescribed({ name }: StructType): boolean {
  return numberedFields(name) !== undefined;
}

function numberedField(word: string, prefix: string): NumberedField | undefined {
  if (word === '-') return undefined;
  if (word.startsWith('+')) return { kind: 'inline', message: `${prefix}.${word.slice(1)}` };
  return { kind: 'field', name: word };
}
