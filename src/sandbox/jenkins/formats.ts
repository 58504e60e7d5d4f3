import type { Json } from './bean.ts';

/** Writes what `/api/json` answers; with `pretty` as Jenkins lays it out, an empty list on three lines. */
export function toJson(value: Json, pretty: boolean): string {
  return pretty ? laidOut(value, '') : JSON.stringify(value);
}

function laidOut(value: Json, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}  `;
  const elements = Array.isArray(value)
    ? value.map((element) => laidOut(element, deeper))
    : Object.entries(value).map(([name, element]) => `${JSON.stringify(name)} : ${laidOut(element, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${deeper}${elements.join(`,\n${deeper}`)}\n${indent}${close}`;
}

/** Writes what `/api/python` answers: a literal for Python's `ast.literal_eval`. */
export function toPython(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(toPython).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([name, element]) => `${JSON.stringify(name)}:${toPython(element)}`);
  return `{${members.join(',')}}`;
}

/** An element of what `/api/xml` answers. */
export interface XmlElement {
  readonly name: string;
  readonly type?: string;
  readonly children: readonly XmlElement[];
  /** Of an element without children. */
  readonly text: string;
}

/** The document of an object: the root has the name of its class, elements of a list the singular of the list's name. */
export function toXml(value: Json, className: string): XmlElement {
  const simple = className.split(/[.$]/).at(-1) ?? '';
  // java.beans.Introspector.decapitalize: two capitals at the beginning stay.
  const root = /^[A-Z]{2}/.test(simple) ? simple : simple.charAt(0).toLowerCase() + simple.slice(1);
  return elementOf(root, value);
}

function elementOf(name: string, value: Json): XmlElement {
  if (value === null || typeof value !== 'object') return { name, children: [], text: String(value) };
  const { _class: type, ...members } = Array.isArray(value) ? {} : value;
  const children = Object.entries(members).flatMap(([member, element]) => {
    // A null is not there; a list is its elements.
    if (element === null) return [];
    if (!Array.isArray(element)) return [elementOf(member, element)];
    const singular = member.replace(/ies$/, 'y').replace(/s$/, '');
    return element.filter((one) => one !== null).map((one) => elementOf(singular, one));
  });
  return { name, children, text: '', ...(typeof type === 'string' ? { type } : {}) };
}

export function xmlText({ name, type, children, text }: XmlElement): string {
  const attribute = type === undefined ? '' : ` _class='${escaped(type)}'`;
  return `<${name}${attribute}>${escaped(text)}${children.map(xmlText).join('')}</${name}>`;
}

/** Escapes a text between tags, of XML as of HTML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
