import { slotServices } from '../actions/steady-state.ts';
import type { ProbeSample, Snapshot } from '../farm/snapshot.ts';
import type { FarmView } from '../farm/view.ts';
import { type Experience, experience, newSamples, toTenths } from './availability.ts';
import type { DrillEvent, DrillProgress, DrillRun } from './drill.ts';

/** How one drill goes: what was seen and when, and what the screen is told. Farm time throughout. */
export class Course {
  readonly id: string;
  phase: DrillProgress['phase'] = 'steady-before';
  injectedAt: number | undefined;
  detectSeconds: number | null = null;
  recoverSeconds: number | null = null;
  budgetSeconds = 0;
  predictedSeconds = 0;
  /** The largest gap between two looks while waiting: how wrong the two figures above may be. */
  pollErrorSeconds = 0;
  next = '';
  readonly #run: DrillRun;
  readonly #events: DrillEvent[] = [];
  readonly #startedAt: number;
  readonly #knownChanges: Set<string>;
  readonly #samples: ProbeSample[] = [];
  #lastSampleAt = 0;
  #lastSnapshotAt: number | undefined;
  #failing: ProbeSample | undefined;

  constructor(id: string, run: DrillRun) {
    this.id = id;
    this.#run = run;
    this.#startedAt = run.session.clock.now();
    this.#knownChanges = new Set(run.store.current().changes.map(changeKey));
  }

  /** Oldest first. */
  get timeline(): DrillEvent[] {
    return [...this.#events].sort((a, b) => a.at - b.at);
  }

  get experience(): Experience {
    return experience(this.#samples);
  }

  /** What the drill itself does or notices: into its timeline and the board's. */
  note(event: string): void {
    const at = this.#run.session.clock.now();
    this.#events.push({ at, source: 'drill', event });
    this.#run.store.record({ at, source: 'drill', event, severity: 'ok' });
    this.publish();
  }

  /** From now on users count, and looks are measured. */
  begin(at: number): void {
    this.injectedAt = at;
    this.#lastSampleAt = at;
    this.#lastSnapshotAt = at;
  }

  /** Takes what a view brought: the farm's own events, the probe's requests, the moment of the look. */
  take(view: FarmView): void {
    for (const change of view.changes) {
      const key = changeKey(change);
      if (this.#knownChanges.has(key)) continue;
      this.#knownChanges.add(key);
      // A first round also tells what was before; and the drill's own lines, which are here already, come back.
      if (change.source === 'drill' || change.at < this.#startedAt) continue;
      this.#events.push({ at: change.at, source: change.source, event: change.event });
    }
    const { snapshot } = view;
    if (snapshot && this.injectedAt !== undefined) this.#measure(snapshot);
    this.publish();
  }

  #measure(snapshot: Snapshot): void {
    for (const sample of newSamples(snapshot, this.#lastSampleAt)) {
      this.#samples.push(sample);
      this.#lastSampleAt = sample.at;
      if (!sample.ok && !this.#failing) {
        this.#failing = sample;
        this.#events.push({ at: sample.at, source: 'user', event: `turned away: ${sample.outcome}` });
      } else if (sample.ok && this.#failing) {
        const after = toTenths((sample.at - this.#failing.at) / 1000);
        this.#events.push({ at: sample.at, source: 'user', event: `answered again after ${after} s` });
        this.#failing = undefined;
      }
    }
    const before = this.#lastSnapshotAt ?? snapshot.at;
    if (this.recoverSeconds === null) {
      this.pollErrorSeconds = Math.max(this.pollErrorSeconds, toTenths((snapshot.at - before) / 1000));
    }
    this.#lastSnapshotAt = Math.max(before, snapshot.at);
  }

  publish(): void {
    const { drill, target, onProgress } = this.#run;
    const { provedOutageSeconds: _, ...availability } = this.experience;
    onProgress({
      id: this.id,
      drill: drill.name,
      target,
      phase: this.phase,
      ...(this.injectedAt === undefined ? {} : { injectedAt: this.injectedAt }),
      detectSeconds: this.detectSeconds,
      recoverSeconds: this.recoverSeconds,
      budgetSeconds: this.budgetSeconds,
      predictedSeconds: this.predictedSeconds,
      availability,
      timeline: this.timeline,
      next: this.next,
    });
  }
}

function changeKey(change: { at: number; source: string; event: string }): string {
  return `${change.at} ${change.source} ${change.event}`;
}

/** The slots in words, for the journal and the report. */
export function slotLines(snapshot: Snapshot | undefined): string[] {
  const slots = snapshot === undefined ? undefined : slotServices(snapshot);
  if (!slots) return ['could not be seen'];
  return slots.map((slot) => {
    const task = slot.task ? `task ${slot.task.id} ${slot.task.lastStatus}` : 'no task';
    const host = slot.instanceId ?? 'no host';
    return `${slot.slot}: ${task}, ${host}, ${slot.balanced?.state ?? 'not in the load balancer'}`;
  });
}
