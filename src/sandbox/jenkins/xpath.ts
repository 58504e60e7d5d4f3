import type { XmlElement } from './formats.ts';

/** An expression beyond the subset that {@link selectXml} knows. */
export class XpathError extends Error {
  constructor(expression: string) {
    super(`XPath ${expression} is not understood`);
    this.name = 'XpathError';
  }
}

/** What an XPath selects: elements, or the texts of them when it ends in `text()`. */
export interface Selected {
  readonly elements: readonly XmlElement[];
  readonly texts?: readonly string[];
}

const stepPattern = /^(\/\/|\/)(\*|text\(\)|[A-Za-z_][\w.-]*)((?:\[[^\]]*\])*)/;

/**
 * Selects by the XPath that scripts send to `/api/xml`: steps by name or `*`, direct or `//`, with conditions on the number
 * of an element or the text of its children, and `text()` at the end. Throws {@link XpathError} for more than that.
 */
export function selectXml(document: XmlElement, expression: string): Selected {
  const root: XmlElement = { name: '', children: [document], text: '' };
  let current: readonly XmlElement[] = [root];
  let rest = expression.trim();
  while (rest !== '') {
    const [whole, axis, name, conditions] = stepPattern.exec(rest) ?? [];
    if (whole === undefined || name === undefined) throw new XpathError(expression);
    rest = rest.slice(whole.length);
    if (name === 'text()') {
      if (rest !== '' || conditions !== '' || axis !== '/') throw new XpathError(expression);
      return { elements: current, texts: current.filter(({ text }) => text !== '').map(({ text }) => text) };
    }
    const parents = axis === '//' ? current.flatMap(selfAndBelow) : current;
    current = [...new Set(parents.flatMap((parent) => fitting(parent, name, conditions ?? '', expression)))];
  }
  return { elements: current };
}

function selfAndBelow(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap(selfAndBelow)];
}

function fitting(parent: XmlElement, name: string, conditions: string, expression: string): readonly XmlElement[] {
  let found = parent.children.filter((child) => name === '*' || child.name === name);
  for (const [, condition = ''] of conditions.matchAll(/\[([^\]]*)\]/g)) {
    if (/^\d+$/.test(condition)) {
      found = found.slice(Number(condition) - 1, Number(condition));
      continue;
    }
    const last = condition === 'last()';
    const [, child, , value] = /^([A-Za-z_][\w.-]*)(?:\s*=\s*(['"])(.*)\2)?$/.exec(condition) ?? [];
    if (!last && child === undefined) throw new XpathError(expression);
    found = last
      ? found.slice(-1)
      : found.filter(({ children }) =>
          children.some((one) => one.name === child && (value === undefined || one.text === value)),
        );
  }
  return found;
}
