import { exitCode } from '../core/exit.ts';
import type { Io } from '../core/io.ts';
import type { Finding, Severity, Verdict } from '../farm/finding.ts';
import { health } from '../farm/health.ts';
import { isUnsureOfAgents } from '../farm/health-agents.ts';
import { readingsOf } from '../farm/health-unseen.ts';
import { joinFarm } from '../farm/joined.ts';
import { observe } from '../farm/observe.ts';
import { ObserveContext } from '../farm/observe-context.ts';
import { Probe } from '../farm/probe.ts';
import { ageSeconds, fresh, seen } from '../farm/reading.ts';
import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import { age } from '../terminal/format.ts';

const exits: Readonly<Record<Severity, number>> = {
  ok: exitCode.ok,
  warning: exitCode.warning,
  critical: exitCode.critical,
  unknown: exitCode.unknown,
};

/** The document of `check --json`. */
export interface CheckDocument {
  readonly verdict: 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';
  readonly summary: string;
  /** ISO 8601, farm time. */
  readonly at: string;
  readonly stack: string;
  readonly region: string;
  readonly findings: readonly {
    readonly id: string;
    readonly severity: string;
    readonly subject: string;
    readonly message: string;
    /** ISO 8601, farm time. */
    readonly since: string;
    readonly advice: string;
  }[];
  readonly readings: Readonly<Record<string, { readonly ageSeconds: number | null; readonly error: string | null }>>;
}

/**
 * Looks once at everything, front door included, and prints the verdict: one line, then one a finding; or one JSON
 * document. Resolves with the exit code: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
 */
export async function runCheck(
  session: Session,
  options: { readonly json: boolean; readonly color: boolean },
  io: Io,
): Promise<number> {
  const probe = new Probe({ road: session.doorRoad, clock: session.clock });
  const context = new ObserveContext(probe);
  let snapshot = await observe(session, context);
  let farm = joinFarm(snapshot);
  if (isUnsureOfAgents(farm, snapshot)) {
    snapshot = await observe(session, context, snapshot);
    farm = joinFarm(snapshot, farm);
  }
  if (doorAnswersBadly(snapshot)) {
    snapshot = await askDoorAgain(session, probe, snapshot);
    farm = joinFarm(snapshot, farm);
  }
  const judged = await withNearestStack(session, health(snapshot, session.clock.now(), undefined, farm));
  // Nobody must take a sandbox's verdict for that of a real farm.
  const verdict = session.sandbox ? { ...judged, summary: `${judged.summary} · ${session.identity}` } : judged;
  if (options.json) {
    io.stdout(`${JSON.stringify(checkDocument(snapshot, verdict, session.clock.now()), null, 2)}\n`);
  } else {
    const colored = options.color && process.stdout.isTTY === true && !process.env.NO_COLOR;
    io.stdout(checkText(verdict, session.clock.now(), colored));
  }
  return exits[verdict.severity];
}

/** Of a stack that does not exist the advice names the one that may have been meant. */
async function withNearestStack(session: Session, verdict: Verdict): Promise<Verdict> {
  const absent = verdict.findings.find((finding) => finding.id === 'stack-absent');
  if (!absent) return verdict;
  const { nearestStack } = await import('../aws/cloudformation-reads.ts');
  const near = await nearestStack(session.aws, session.farm.stack);
  if (near === undefined || near === session.farm.stack) return verdict;
  const advice = `did you mean --stack ${near}?`;
  return { ...verdict, findings: verdict.findings.map((one) => (one === absent ? { ...one, advice } : one)) };
}

/** One bad answer may be a hiccup, and three in a row are an outage: `health` tells them apart. */
const moreRequests = 2;
/** Wall milliseconds between them. */
const requestPauseMs = 1_000;

function doorAnswersBadly(snapshot: Snapshot): boolean {
  const last = fresh(snapshot.probe)?.recent.at(-1);
  return last !== undefined && !last.ok && /^\d+$/.test(last.outcome);
}

async function askDoorAgain(session: Session, probe: Probe, snapshot: Snapshot): Promise<Snapshot> {
  for (let request = 0; request < moreRequests; request++) {
    await session.clock.after(requestPauseMs);
    await probe.sample();
  }
  return { ...snapshot, probe: seen(probe.facts(), session.clock.now()) };
}

function word(severity: Severity): CheckDocument['verdict'] {
  switch (severity) {
    case 'ok':
      return 'OK';
    case 'warning':
      return 'WARNING';
    case 'critical':
      return 'CRITICAL';
    default:
      return 'UNKNOWN';
  }
}

// SGR: green, yellow, red, magenta. The word says the same without them.
const colors: Readonly<Record<Severity, number>> = { ok: 32, warning: 33, critical: 31, unknown: 35 };

/** The verdict's line and the findings', each with its end of line. */
export function checkText({ severity, summary, findings }: Verdict, now: number, colored: boolean): string {
  const painted = (of: Severity) => (colored ? `\u001b[${colors[of]}m${word(of)}\u001b[0m` : word(of));
  const lines = [
    `${painted(severity)} ${summary}`,
    ...findings.map((finding) => `${painted(finding.severity)} ${findingText(finding, now)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function findingText({ message, since, advice }: Finding, now: number): string {
  const lasting = now - since >= 1_000 ? ` (for ${age(now - since)})` : '';
  return `${message}${lasting}; ${advice}`;
}

/** The document of `check --json`, by contract. */
export function checkDocument(snapshot: Snapshot, verdict: Verdict, now: number): CheckDocument {
  const readings = Object.entries(readingsOf(snapshot)).map(([name, reading]) => {
    const seconds = ageSeconds(reading, now);
    const rounded = seconds === null ? null : Math.round(seconds * 10) / 10;
    return [name, { ageSeconds: rounded, error: reading.problem?.message ?? null }] as const;
  });
  return {
    verdict: word(verdict.severity),
    summary: verdict.summary,
    at: new Date(snapshot.at).toISOString(),
    stack: snapshot.farm.stack,
    region: snapshot.farm.region,
    findings: verdict.findings.map(({ id, severity, subject, message, since, advice }) => ({
      id,
      severity: word(severity),
      subject,
      message,
      since: new Date(since).toISOString(),
      advice,
    })),
    readings: Object.fromEntries(readings),
  };
}
