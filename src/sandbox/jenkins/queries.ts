import type { VirtualAnswer } from '../world/network.ts';
import type { Call } from './actions.ts';
import { exportDepth, exportTree, type Json } from './bean.ts';
import { configXml } from './config-xml.ts';
import { crumbField, crumbOf, newSession, sessionOf } from './crumb.ts';
import { beanAt, buildOf, nodeAt } from './exports.ts';
import { escaped, toJson, toPython, toXml, type XmlElement, xmlText } from './formats.ts';
import type { Build } from './job.ts';
import { launchLog } from './node-views.ts';
import {
  accessDenied,
  advertised,
  errorPage,
  jsonType,
  notFound,
  oops,
  page,
  plain,
  type Reply,
  redirect,
  reply,
} from './responses.ts';
import { parseTree, TreeSyntaxError } from './tree.ts';
import { consoleOf } from './views.ts';
import { selectXml, XpathError } from './xpath.ts';

/** Answers what changes nothing. */
export function query(call: Call): VirtualAnswer {
  const { master, path } = call;
  const flavour = path.at(-1);
  if (path.at(-2) === 'api' && (flavour === 'json' || flavour === 'xml' || flavour === 'python')) {
    return exported(call, path.slice(0, -2), flavour);
  }
  return textAt(call) ?? pageAt(call) ?? notFound(master.session);
}

function exported(call: Call, path: readonly string[], flavour: 'json' | 'xml' | 'python'): VirtualAnswer {
  const { master, form, user, request } = call;
  if (path[0] === 'pluginManager' && !user.administers) return accessDenied(master.session, user.name, 'administer');
  const web = sessionOf(master, request);
  const fresh = path[0] === 'crumbIssuer' && web === undefined ? newSession(master) : undefined;
  const crumb = () => crumbOf(master, user.name, web ?? fresh?.id ?? '');
  const bean = beanAt(call, path, crumb);
  if (!bean) return notFound(master.session);
  if (flavour === 'json' && form.has('jsonp')) {
    return forbidden(call, 'jsonp forbidden');
  }
  const headers = { ...advertised(master.session), 'X-Frame-Options': 'deny', ...fresh?.headers };
  const send = (text: string, type: string) => reply(200, text, type, headers);
  const xpath = form.get('xpath');
  // The one primitive result that Jenkins gives to everybody: how scripts read a crumb.
  if (path[0] === 'crumbIssuer' && flavour === 'xml' && xpath === 'concat(//crumbRequestField,":",//crumb)') {
    return send(`${crumbField}:${crumb()}`, 'text/plain;charset=UTF-8');
  }
  let value: Json;
  try {
    const tree = form.get('tree');
    value = tree === null ? exportDepth(bean, depthOf(form.get('depth'))) : exportTree(bean, parseTree(tree));
  } catch (error) {
    if (error instanceof TreeSyntaxError || error instanceof RangeError) return oops(master.session);
    throw error;
  }
  if (flavour === 'json') return send(toJson(value, form.has('pretty')), jsonType);
  if (flavour === 'python') return send(toPython(value), 'text/x-python;charset=UTF-8');
  const document = toXml(value, bean.type ?? '');
  return xpath === null && !form.has('exclude')
    ? send(xmlText(document), 'application/xml;charset=UTF-8')
    : selected(call, document, send);
}

/** What a page of another site could read, Jenkins gives to nobody unless a plugin permits it. */
function forbidden({ request, url }: Call, what: string): VirtualAnswer {
  const uri = `http://${request.headers.host ?? ''}${url.pathname}`;
  return errorPage(403, `${what}; implement jenkins.security.SecureRequester`, uri);
}

function depthOf(text: string | null): number {
  const depth = text === null ? 0 : Number(text);
  if (!Number.isInteger(depth)) throw new RangeError('Depth parameter must be a number');
  return depth;
}

/** The part of a document that `xpath`, `exclude` and `wrapper` leave. */
function selected(call: Call, document: XmlElement, send: (text: string, type: string) => Reply): VirtualAnswer {
  const { master, form } = call;
  const failed = (status: number, text: string) => reply(status, text, 'text/html;charset=utf-8');
  try {
    const excluded = form.getAll('exclude').flatMap((one) => selectXml(document, one).elements);
    const kept = without(document, new Set(excluded));
    const xpath = form.get('xpath');
    if (xpath === null) return send(xmlText(kept), 'application/xml;charset=UTF-8');
    const { elements, texts } = selectXml(kept, xpath);
    const wrapper = form.get('wrapper');
    if (wrapper !== null) {
      if (!/^[A-Za-z_][\w.-]*$/.test(wrapper))
        return failed(
          400,
          'The wrapper parameter can only contain alphanumeric characters or dash/dot/underscore. The first character has to be a letter or underscore.',
        );
      const content = texts ? escaped(texts.join('')) : elements.map(xmlText).join('');
      return send(`<${wrapper}>${content}</${wrapper}>`, 'application/xml;charset=UTF-8');
    }
    const count = texts?.length ?? elements.length;
    if (count === 0) return failed(404, `XPath ${xpath} didn’t match`);
    if (count > 1) {
      return failed(
        500,
        `XPath "${xpath}" matched ${count} nodes. Create XPath that only matches one, or use the "wrapper" query parameter to wrap them all under a root element.`,
      );
    }
    if (texts) return forbidden(call, 'primitive XPath result sets forbidden');
    return send(elements.map(xmlText).join(''), 'application/xml;charset=UTF-8');
  } catch (error) {
    if (error instanceof XpathError) return oops(master.session);
    throw error;
  }
}

function without(element: XmlElement, excluded: ReadonlySet<XmlElement>): XmlElement {
  if (excluded.size === 0) return element;
  const children = element.children.filter((child) => !excluded.has(child)).map((child) => without(child, excluded));
  return { ...element, children };
}

/** What is read as text: consoles, logs, numbers, a job's configuration. */
function textAt(call: Call): VirtualAnswer | undefined {
  const { master, path, user, form } = call;
  const [first, second, third, fourth, fifth] = path;
  const denied = (permission: 'configureJob' | 'connect') =>
    user.administers ? undefined : accessDenied(master.session, user.name, permission);
  if (first === 'job' && second !== undefined) {
    const job = master.jobs.get(second);
    if (!job || third === undefined) return undefined;
    if (path.length === 3 && third === 'description') return plain(job.description);
    if (path.length === 3 && third === 'config.xml') {
      return denied('configureJob') ?? reply(200, configXml(job), 'application/xml');
    }
    const build = buildOf(job, third);
    if (!build) return undefined;
    if (path.length === 4 && fourth === 'consoleText') return plain(consoleOf(master, build));
    if (path.length === 4 && fourth === 'buildNumber')
      return reply(200, String(build.number), 'text/plain;charset=us-ascii');
    if (path.length === 5 && fourth === 'logText' && (fifth === 'progressiveText' || fifth === 'progressiveHtml')) {
      return progressive(consoleOf(master, build), build.result === undefined, fifth, form);
    }
  }
  if (first === 'computer' && third === 'logText' && (fourth === 'progressiveText' || fourth === 'progressiveHtml')) {
    const node = nodeAt(master, second ?? '');
    if (!node || path.length !== 4) return undefined;
    return denied('connect') ?? progressive(launchLog(node), true, fourth, form);
  }
  if (first === 'queue' && second === 'item' && path.length === 3) {
    const id = Number(third);
    if (!master.queue.some((item) => item.id === id) && !master.left.has(id)) return undefined;
    return plain(
      `Queue item exists. For details check, for example, ${call.url.pathname}api/json?tree=cancelled,executable[url]`,
    );
  }
  return undefined;
}

/** The new part of a log since `start`, with headers that say where it goes on and whether it does. */
function progressive(
  log: string,
  goesOn: boolean,
  form: 'progressiveText' | 'progressiveHtml',
  query: URLSearchParams,
): VirtualAnswer {
  const bytes = Buffer.from(log);
  const asked = Number(query.get('start') ?? 0) || 0;
  const text = bytes.subarray(asked > bytes.length ? 0 : asked).toString();
  const headers = { 'X-Text-Size': String(bytes.length), ...(goesOn ? { 'X-More-Data': 'true' } : {}) };
  return form === 'progressiveText'
    ? plain(text, headers)
    : reply(200, escaped(text), 'text/html;charset=utf-8', headers);
}

const administered =
  /^(?:manage|systemInfo|pluginManager|updateCenter|configureSecurity|log|threadDump|load-statistics)$/;

/** Pages to be looked at: the title says what they are. Without their last slash Jenkins redirects to them. */
function pageAt(call: Call): VirtualAnswer | undefined {
  const { master, path, user, url } = call;
  const title = titleOf(call);
  if (title === undefined) return undefined;
  if (administered.test(path[0] ?? '') && !user.administers) {
    return accessDenied(master.session, user.name, 'administer');
  }
  if (!url.pathname.endsWith('/') && title.folder) return redirect(`${url.pathname}/${url.search}`);
  return page(master.session, 200, title.text, title.text);
}

function titleOf({ master, path, user }: Call): { text: string; folder: boolean } | undefined {
  const [first = '', second, third, fourth] = path;
  const folder = (text: string) => ({ text, folder: true });
  const file = (text: string) => ({ text, folder: false });
  const beyond = (known: number) => path.length > known;
  switch (first) {
    case '':
      return folder('Dashboard');
    case 'job': {
      const job = second === undefined ? undefined : master.jobs.get(second);
      if (!job) return undefined;
      const { name } = job.definition;
      if (third === undefined) return folder(name);
      const build: Build | undefined = buildOf(job, third);
      if (!build || beyond(4)) return undefined;
      if (fourth === undefined) return folder(`${name} #${build.number}`);
      return fourth === 'console' ? file(`${name} #${build.number} Console`) : undefined;
    }
    case 'computer': {
      if (second === undefined) return folder('Nodes');
      const node = nodeAt(master, second);
      if (!node || beyond(3)) return undefined;
      if (third === undefined) return folder(node.name);
      return third === 'log' && user.administers ? file(`${node.name} log`) : undefined;
    }
    case 'view':
      return second === 'all' && !beyond(2) ? folder('All') : undefined;
    case 'cloud':
      return second === master.identity.cloud && !beyond(2) ? folder(`Cloud ${second}`) : undefined;
    case 'user':
      return !beyond(2) && master.identity.users.some(({ name }) => name === second) ? folder(second ?? '') : undefined;
    case 'label':
      return second !== undefined && !beyond(2) ? folder(second) : undefined;
    case 'manage':
    case 'pluginManager':
    case 'me':
    case 'whoAmI':
      return beyond(1) ? undefined : folder(first);
    case 'login':
    case 'systemInfo':
    case 'threadDump':
    case 'load-statistics':
      return beyond(1) ? undefined : file(first);
    default:
      return undefined;
  }
}
