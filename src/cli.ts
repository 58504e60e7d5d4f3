#!/usr/bin/env node
import { Command, CommanderError, Help, Option } from 'commander';
import { type GlobalOptions, keyValue, seconds, stackName, wholeNumber } from './commands/options.ts';
import { CommandError, exitCode } from './core/exit.ts';
import type { Io } from './core/io.ts';
import { didYouMean } from './core/nearest.ts';
import { version } from './core/version.ts';

// On Node 20 the SDK prints a warning into the terminal, which would tear a full-screen frame.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const io: Io = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
};

// Whoever read the answer may have enough of it (`| head`): that is no fault, and the exit code stays that of the answer.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

let status: number = exitCode.ok;
/** What it ends with when something of its own goes wrong: a check that broke has seen nothing. */
let whenBroken: number = exitCode.refused;

/** Opens a session, runs one command on it and closes it, whatever happens. */
async function withSession(
  command: Command,
  emptySandbox: boolean,
  run: (session: import('./farm/session.ts').Session, options: GlobalOptions) => Promise<number>,
): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const { openSessionFor } = await import('./commands/open-session.ts');
  const session = await openSessionFor(options, process.env, { farm: !emptySandbox, byItself: false });
  try {
    status = await run(session, options);
  } finally {
    await session.close();
  }
}

const program = new Command('jdci-tui')
  .description('Provision, watch, operate and drill a highly available Jenkins build farm on Amazon ECS.')
  .version(version, '--version')
  .addOption(
    new Option('--stack <name>', 'CloudFormation stack of the farm')
      .env('JDCI_STACK')
      .default('jdci')
      .argParser(stackName),
  )
  .option('--profile <name>', 'AWS profile')
  .option('--region <name>', 'AWS region')
  .addOption(new Option('--proxy <url>', 'road to the masters: http://, https:// or socks5://').env('JDCI_PROXY'))
  .option('--sandbox', 'use the built-in sandbox instead of AWS', false)
  .option('--read-only', 'refuse everything that changes the farm', false)
  .option('--json', 'print one JSON document', false)
  .option('--refresh <seconds>', 'pace of observation', seconds(1, 300), 2)
  .option('--no-color', 'no colours (also NO_COLOR)')
  .option('--debug <file>', 'append a debug log, without secrets, to this file')
  .addHelpText(
    'after',
    '\nEnvironment:\n' +
      "  AWS's own variables, and those in brackets above\n" +
      "  JDCI_CA_BUNDLE       PEM file of authorities to trust besides Node's, at the\n" +
      '                       front door and on the way to the masters',
  );

program
  .command('board', { isDefault: true })
  .description('the live screens; without a terminal, what check prints')
  .action(async (_local, command: Command) => {
    const [word] = command.args;
    // Without a command it is the board; so a word that is no command arrives here as its argument.
    if (word !== undefined) throw unknownCommand(word);
    const options = command.optsWithGlobals<GlobalOptions>();
    if (!process.stdout.isTTY || !process.stdin.isTTY) {
      whenBroken = exitCode.unknown;
      const { runCheck } = await import('./commands/check.ts');
      await withSession(command, false, (session) => runCheck(session, options, io));
      return;
    }
    const { runBoard } = await import('./commands/board.ts');
    status = await runBoard(options, process.env);
  });

program
  .command('check')
  .description('one verdict line and the findings; exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN')
  .action(async (_local, command: Command) => {
    whenBroken = exitCode.unknown;
    const { runCheck } = await import('./commands/check.ts');
    await withSession(command, false, (session, options) => runCheck(session, options, io));
  });

program
  .command('provision')
  .description('create or update the farm through a change set')
  .option('--params <file>', 'YAML or JSON file of parameters')
  .option('--set <Key=Value>', 'one parameter; may be given several times', keyValue, {})
  .option('--yes', 'execute without asking', false)
  .option('--no-execute', 'show the change set and keep it')
  .action(async (local: { params?: string; set: Record<string, string>; yes: boolean; execute: boolean }, command) => {
    const { runProvision } = await import('./commands/provision.ts');
    await withSession(command, true, (session, { json }) =>
      runProvision(session, { ...local, noExecute: !local.execute, json }, io),
    );
  });

program
  .command('destroy')
  .description('delete the farm')
  .option('--yes', 'do it', false)
  .option('--confirm <stack>', "the stack's name once more")
  .action(async (local: { yes: boolean; confirm?: string }, command) => {
    const { runDestroy } = await import('./commands/destroy.ts');
    await withSession(command, false, (session, { json }) => runDestroy(session, { ...local, json }, io));
  });

const drill = program.command('drill').description('prove by faults put in on purpose that the farm heals');
drill
  .command('list')
  .description('the catalogue')
  .action(async (_local, command: Command) => {
    const { drillList } = await import('./commands/drill.ts');
    status = drillList(io, command.optsWithGlobals<GlobalOptions>().json);
  });
drill
  .command('run <name>')
  .description('run one; exit 0 pass, 1 deviated, 2 refused or aborted, 3 inconclusive')
  .option('--target <id>', 'what to break; the best choice when not given')
  .option('--yes', 'inject without asking', false)
  .option('--report <folder>', 'where the report goes')
  .option('--dry-run', 'guard and prediction only', false)
  .action(
    async (
      name: string,
      local: { target?: string; yes: boolean; report?: string; dryRun: boolean },
      command: Command,
    ) => {
      const { drillRun, knownDrill } = await import('./commands/drill.ts');
      knownDrill(name);
      await withSession(command, false, (session, { json }) => drillRun(session, { name, ...local, json }, io));
    },
  );
drill
  .command('show [id]')
  .description('past drills')
  .action(async (id: string | undefined, _local, command: Command) => {
    const { drillShow } = await import('./commands/drill.ts');
    status = drillShow(id, io, command.optsWithGlobals<GlobalOptions>().json);
  });

const image = program.command('image').description("the master's image, with docker, podman or finch");
image
  .command('build')
  .description('build it for this machine to look at')
  .option('--engine <name>', 'docker, podman or finch; the first that answers when not given')
  .option('--context <folder>', "another folder than the package's image/")
  .action(async (local: { engine?: string; context?: string }, command: Command) => {
    const { imageBuild } = await import('./commands/image.ts');
    status = await imageBuild({ ...local, json: command.optsWithGlobals<GlobalOptions>().json }, io);
  });
image
  .command('push')
  .description('build it, push it to ECR, print the digest that provisioning takes')
  .option('--engine <name>', 'docker, podman or finch; the first that answers when not given')
  .option('--context <folder>', "another folder than the package's image/")
  .action(async (local: { engine?: string; context?: string }, command: Command) => {
    const { imagePush } = await import('./commands/image.ts');
    await withSession(command, true, (session, { json }) => imagePush(session, { ...local, json }, io));
  });

program
  .command('sandbox')
  .description('serve the sandbox to other programs; prints the variables to export')
  .option('--port <number>', 'port on 127.0.0.1; 0: any free one', wholeNumber(0, 65_535), 0)
  .option('--speed <factor>', 'farm seconds a second; 0 stands still', wholeNumber(0, 3_600), 10)
  .option('--seed <number>', 'same seed, same history', wholeNumber(0, 0x7fffffff))
  .option('--farm', 'with a farm already provisioned', false)
  .option('--faults <file>', 'JSON file of faults to begin with')
  .addHelpText('after', '\nEnvironment:\n  JDCI_SANDBOX_SETTINGS  JSON file of timings, load, size: docs/sandbox.md')
  .action(async (local: { port: number; speed: number; seed?: number; farm: boolean; faults?: string }) => {
    const { runSandbox } = await import('./commands/sandbox.ts');
    const settings = process.env.JDCI_SANDBOX_SETTINGS || undefined;
    status = await runSandbox({ ...local, settings }, io);
  });

function unknownCommand(word: string): CommandError {
  const names = program.commands.map((command) => command.name());
  const near = didYouMean(word, names) || ';';
  return new CommandError(`unknown command '${word}'${near} expected one of ${names.join(', ')}`, exitCode.usage);
}

/** One line for whatever is wrong with the command line: what, what was expected, the nearest right word. */
function usageLine(error: CommanderError): string {
  const text = error.message
    .replace(/^error: /, '')
    .replace('is invalid. ', 'is invalid: ')
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
  return `jdci-tui: ${text}; see jdci-tui --help\n`;
}

function forAll(command: Command, apply: (command: Command) => void): void {
  apply(command);
  for (const sub of command.commands) forAll(sub, apply);
}

const help = new Help();

forAll(program, (command) => {
  command
    .exitOverride()
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .allowExcessArguments(command.name() === 'board')
    .configureHelp({
      showGlobalOptions: true,
      // What is off, or empty, unless given needs no words.
      optionDescription: (option) => help.optionDescription(option).replace(/ \(default: (false|\{\})\)$/, ''),
    });
  // Commander's own error lines are replaced by one of ours; help keeps going to standard output.
  command.configureOutput({ outputError: () => {} });
});

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return;
      status = exitCode.usage;
      // A command that only groups others has printed its help, which says what is expected.
      if (error.code !== 'commander.help') io.stderr(usageLine(error));
      return;
    }
    const { problemOf } = await import('./core/problem.ts');
    if (error instanceof CommandError) {
      status = error.code;
      io.stderr(`jdci-tui: ${error.message}\n`);
      return;
    }
    const problem = problemOf(error);
    status = whenBroken;
    io.stderr(`jdci-tui: ${problem.message}; ${problem.advice}\n`);
  }
}

await main();
process.exitCode = status;
