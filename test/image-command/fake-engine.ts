import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a fake engine does on a subcommand: lines of sh, with `$1`… its arguments and `$here` its notes' folder. */
export type Behaviour = Readonly<Record<string, string>>;

// Has nothing built yet, takes the password as engines do, and succeeds in everything.
const obliging: Behaviour = { image: 'exit 1', login: '/bin/cat > "$here/password"; echo Login Succeeded' };

/** A folder of its own with a build context and executables that pass for container engines. */
export class Bench {
  readonly root = mkdtempSync(join(tmpdir(), 'jdci-image-'));
  readonly context = join(this.root, 'image');
  /** Nothing on PATH but the fakes, whatever the machine has. */
  readonly environment = { PATH: join(this.root, 'bin'), HOME: this.root };

  constructor() {
    mkdirSync(join(this.root, 'bin'));
    mkdirSync(join(this.context, 'casc'), { recursive: true });
    writeFileSync(join(this.context, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(this.context, 'casc', 'jenkins.yaml'), 'jenkins: {}\n');
  }

  engine(name: string, behaviour: Behaviour = {}): void {
    const cases = Object.entries({ ...obliging, ...behaviour }).map(([command, lines]) => `${command})\n${lines}\n;;`);
    this.#executable(
      name,
      `here='${this.root}'\nprintf '%s\\n' "${name} $*" >> "$here/calls"\ncase "$1" in\n${cases.join('\n')}\nesac\n`,
    );
  }

  #executable(name: string, script: string): void {
    const path = join(this.root, 'bin', name);
    writeFileSync(path, `#!/bin/sh\n${script}`);
    chmodSync(path, 0o755);
  }

  /** What was run, `docker push …`, in order. */
  get calls(): string[] {
    return this.note('calls').trimEnd().split('\n').filter(Boolean);
  }

  /** Which subcommands were run, in order. */
  get commands(): string[] {
    return this.calls.map((call) => call.split(' ')[1] ?? '');
  }

  /** What a fake wrote into its notes; empty when it did not. */
  note(name: string): string {
    const path = join(this.root, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * What `push` of a fake does where a registry would take the image: it calls PutImage over the wire, as no SDK does, and
 * ends as it does. The sandbox checks no signature.
 */
export function pushesTo(bench: Bench, endpoint: string): string {
  const program = join(bench.root, 'put-image.mjs');
  writeFileSync(
    program,
    `const [name, tag] = process.argv[2].split('/')[1].split(':');
const media = 'application/vnd.oci.image.manifest.v1+json';
const response = await fetch('${endpoint}', {
  method: 'POST',
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.PutImage',
    authorization: 'AWS4-HMAC-SHA256 Credential=SANDBOX000000000000/20260101/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=0',
  },
  body: JSON.stringify({
    repositoryName: name,
    imageTag: tag,
    imageManifest: JSON.stringify({ schemaVersion: 2, mediaType: media, layers: [{ size: tag.length }], annotations: { tag } }),
    imageManifestMediaType: media,
  }),
});
if (!response.ok) {
  console.error(await response.text());
  process.exit(1);
}
console.log(tag + ': Pushed');
`,
  );
  return `exec '${process.execPath}' '${program}' "$2"`;
}
