// How everything here is bundled: the program by build.mjs, the benches by bench/run.mjs.
import { readFileSync } from 'node:fs';
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
        loader: 'js',
      }),
    );
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
  define: { 'process.env.NODE_ENV': '"production"', JDCI_VERSION: JSON.stringify(version) },
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  plugins: [noDevtools, yogaWithoutFetch, pureSchemas],
  logLevel: 'warning',
};
