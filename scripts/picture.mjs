// Draws docs/board.svg: the board of the built program on a sandbox, as a terminal emulator shows it. `npm run picture`.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn as spawnTerminal } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist/cli.js');
const size = { cols: 120, rows: 40 };
const cell = { width: 8.4, height: 17 };
// The sixteen colours of the terminal, then what stands for its foreground and background.
const palette = ['#1d1f21', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#c8ccd4'].concat([
  '#6b7280',
  '#ff7b86',
  '#b5e890',
  '#ffd68a',
  '#82cfff',
  '#e29bf5',
  '#7fe0ea',
  '#ffffff',
]);
const plain = { foreground: '#c8ccd4', background: '#16181d' };

/** Runs the sandbox with a farm and resolves with its variables. */
async function startSandbox() {
  const child = spawn(process.execPath, [cli, 'sandbox', '--farm', '--seed', '5', '--speed', '10'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('# ready')) break;
  }
  const pairs = [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value.replaceAll("'", '')]);
  return { environment: Object.fromEntries(pairs), stop: () => child.kill('SIGTERM') };
}

/** The colour of a cell's text: one of the palette, of the 256, or true colour. */
function colour(cellData) {
  if (cellData.isFgDefault()) return plain.foreground;
  const value = cellData.getFgColor();
  if (cellData.isFgRGB()) return `#${value.toString(16).padStart(6, '0')}`;
  return palette[value] ?? plain.foreground;
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** One row as runs of equally drawn cells, each placed by its column, so that no font can shift it. */
function row(buffer, index) {
  const line = buffer.getLine(index);
  const runs = [];
  for (let column = 0; column < size.cols; column++) {
    const data = line.getCell(column);
    if (!data || data.getWidth() === 0) continue;
    const inverse = data.isInverse() ? colour(data) : '';
    const style = [
      `fill="${data.isInverse() ? plain.background : colour(data)}"`,
      data.isBold() ? 'font-weight="bold"' : '',
      data.isDim() ? 'opacity="0.6"' : '',
    ]
      .filter(Boolean)
      .join(' ');
    const last = runs.at(-1);
    const text = data.getChars() || ' ';
    if (last && last.style === style && last.inverse === inverse) last.text += text;
    else runs.push({ column, style, text, inverse });
  }
  const y = (index + 1) * cell.height;
  return runs
    .filter(({ text, inverse }) => text.trim() || inverse)
    .map(({ column, style, text, inverse }) => {
      const x = (column * cell.width).toFixed(1);
      const width = ([...text].length * cell.width).toFixed(1);
      const bar = inverse
        ? `<rect x="${x}" y="${y - cell.height + 4}" width="${width}" height="${cell.height}" fill="${inverse}"/>`
        : '';
      return `${bar}<text x="${x}" y="${y}" textLength="${width}" ${style} xml:space="preserve">${escaped(text)}</text>`;
    })
    .join('\n');
}

function svg(buffer) {
  const width = size.cols * cell.width + 24;
  const height = size.rows * cell.height + 28;
  const rows = Array.from({ length: size.rows }, (_, index) => row(buffer, index)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="The board">
<rect width="${width}" height="${height}" rx="8" fill="${plain.background}"/>
<g transform="translate(12 8)" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">
${rows}
</g>
</svg>
`;
}

const home = mkdtempSync(join(tmpdir(), 'jdci-picture-'));
const sandbox = await startSandbox();
const terminal = new xterm.Terminal({ ...size, allowProposedApi: true });
const board = spawnTerminal(process.execPath, [cli], {
  name: 'xterm-256color',
  ...size,
  env: { PATH: process.env.PATH, HOME: home, TERM: 'xterm-256color', FORCE_COLOR: '3', ...sandbox.environment },
});
board.onData((data) => terminal.write(data));
// Long enough for the sparklines to have something to show.
await new Promise((resolve) => setTimeout(resolve, 45_000));
writeFileSync(join(root, 'docs/board.svg'), svg(terminal.buffer.active));
board.kill();
sandbox.stop();
rmSync(home, { recursive: true, force: true });
process.exit(0);
