// How everything here is bundled: the program by build.mjs, the benches by bench/run.mjs.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

/** Ink asks for React's devtools only with DEV=true; nobody has them here. */
const noDevtools = {
  name: 'no-devtools',
  setup(builder) {
    builder.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'react-devtools-core', namespace: 'empty' }));
    builder.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};', loader: 'js' }));
  },
};

/**
 * The proxy agents print through `debug`, with the environment's DEBUG into the middle of a screen and with the proxy's
 * password in it. Nobody wants that, nor the colours it looks for at start.
 */
const noDebug = {
  name: 'no-debug',
  setup(builder) {
    builder.onResolve({ filter: /^debug$/ }, () => ({ path: 'debug', namespace: 'silent' }));
    builder.onLoad({ filter: /.*/, namespace: 'silent' }, () => ({
      contents: 'export default () => Object.assign(() => {}, { enabled: false });',
      loader: 'js',
    }));
  },
};

/**
 * yoga instantiates its wasm by `fetch` of a data URI, which loads all of undici: 45 ms of the first frame. Without a
 * `fetch` in its scope it decodes the URI itself.
 */
const yogaWithoutFetch = {
  name: 'yoga-without-fetch',
  setup(builder) {
    builder.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => ({
      contents: `const fetch = undefined;\n${readFileSync(path, 'utf8')}`,
      loader: 'js',
    }));
  },
};

/**
 * The SDK's schemas are arrays at module level, which esbuild keeps whole because it cannot know that the names in them
 * have no effect. Made into pure calls, the unused ones go: EC2's from 539 to 99 KiB.
 */
const pureSchemas = {
  name: 'pure-schemas',
  setup(builder) {
    builder.onLoad(
      { filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ },
      ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(
          /^((?:export )?var [\w$]+ = )(\[[\s\S]*?\n?\]);$/gm,
          '$1/* @__PURE__ */ (() => $2)();',
        ),
        resolveDir: dirname(path),
        loader: 'js',
      }),
    );
  },
};

/**
 * The sandbox serves many operations that the program never calls. Its SDK packages are modules apart, so that what it
 * keeps of their schemas is not loaded with the clients: EC2's go from 104 to 33 KiB there.
 */
const sandboxClients = {
  name: 'sandbox-clients',
  setup(builder) {
    const namespace = 'sandbox-clients';
    builder.onResolve({ filter: /^(@aws-sdk\/client-|\.)/ }, async ({ path, importer, resolveDir, kind, ...from }) => {
      const enters = path.startsWith('@') && /[\\/]src[\\/]sandbox[\\/]/.test(importer);
      const stays = path.startsWith('.') && from.namespace === namespace;
      if (from.pluginData === namespace || (!enters && !stays)) return undefined;
      // The mark keeps this question from coming back here.
      const found = await builder.resolve(path, { importer, resolveDir, kind, pluginData: namespace });
      return { path: found.path, sideEffects: found.sideEffects, errors: found.errors, namespace };
    });
    builder.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      resolveDir: dirname(path),
      loader: path.endsWith('.json') ? 'json' : 'js',
    }));
  },
};

/** Replaces a piece of a module's text; an upgrade that no longer has it must not go unnoticed. */
function replaced(path, before, after) {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(before)) throw new Error(`${path} has changed: look at the plugin that rewrites it`);
  return text.replace(before, () => after);
}

/** A Map that keeps the keys of late: between `most` and twice as many. */
const recentMap = (most) => `
class RecentMap extends Map {
  #before = new Map();
  get(key) {
    const value = super.get(key);
    if (value !== undefined) return value;
    const kept = this.#before.get(key);
    if (kept !== undefined) this.set(key, kept);
    return kept;
  }
  set(key, value) {
    if (this.size >= ${most}) {
      this.#before = new Map(this);
      this.clear();
    }
    return super.set(key, value);
  }
}
`;

/**
 * Ink takes every line of the screen apart again for each frame, also those that did not change, which is most of what
 * a key costs. Widths and cells of a line depend on its text alone, so they are kept from frame to frame.
 */
const inkRemembersLines = {
  name: 'ink-remembers-lines',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]ink[\\/]build[\\/]output\.js$/ }, ({ path }) => ({
      contents: `${replaced(path, 'caches = new OutputCaches();', 'caches = keptCaches;')}
${recentMap(160)}
const keptCaches = new OutputCaches();
for (const name of ['widths', 'blockWidths', 'styledChars']) keptCaches[name] = new RecentMap();`,
      loader: 'js',
    }));
    builder.onLoad({ filter: /[\\/]widest-line[\\/]index\.js$/ }, ({ path }) => ({
      contents: `${replaced(path, 'export default function widestLine(string) {', 'function measured(string) {')}
${recentMap(160)}
const widths = new RecentMap();
export default function widestLine(string) {
  const known = widths.get(string);
  if (known !== undefined) return known;
  const width = measured(string);
  widths.set(string, width);
  return width;
}`,
      loader: 'js',
    }));
  },
};

/** esbuild's options for ESM that runs on Node 20.20, split into chunks so that a command loads only what it runs. */
export const bundling = {
  absWorkingDir: root,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.20',
  jsx: 'automatic',
  minify: true,
  // The ES modules of the SDK are half the size of its CommonJS.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
  // The SDK asks of every body whether it is a web stream. None is, and Node loads them all when they are first named.
  define: {
    ReadableStream: 'undefined',
    'process.env.NODE_ENV': '"production"',
    JDCI_VERSION: JSON.stringify(version),
  },
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  plugins: [noDevtools, noDebug, yogaWithoutFetch, inkRemembersLines, pureSchemas, sandboxClients],
  logLevel: 'warning',
};
