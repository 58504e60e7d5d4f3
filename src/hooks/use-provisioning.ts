import { type Problem, problemOf } from '../core/problem.ts';
import type { ParameterForm, Proposal, ProvisionProgress } from '../provision/form.ts';
import { Observable, useObservable } from './observable.ts';

/** What the screens need of `provision/`. */
export interface Provisioner {
  discover(signal: AbortSignal): Promise<ParameterForm>;
  /** The form with one value set and checked. */
  setField(form: ParameterForm, name: string, value: string): ParameterForm;
  propose(form: ParameterForm, signal: AbortSignal): Promise<Proposal>;
  execute(proposal: Proposal): Promise<void>;
  discard(proposal: Proposal): Promise<void>;
  /** The stack's progress until it stands still; without a proposal, of whatever goes on with it. */
  follow(proposal: Proposal | undefined, signal: AbortSignal): AsyncIterable<ProvisionProgress>;
  /** Breaks off what goes on with the stack; says in one line what it did. */
  cancel(proposal: Proposal | undefined): Promise<string>;
  /** Deletes the farm, and tells how far that is. */
  destroy(): AsyncIterable<ProvisionProgress>;
}

/** What is done to the stack; `FOLLOW`: what somebody else began. */
export type StackChange = Proposal['kind'] | 'DELETE' | 'FOLLOW';

/** Where provisioning stands. */
export type ProvisionState =
  | { readonly step: 'asleep' }
  | { readonly step: 'discovering' }
  | { readonly step: 'parameters'; readonly form: ParameterForm; readonly problem?: Problem }
  | { readonly step: 'proposing'; readonly form: ParameterForm }
  | {
      readonly step: 'review';
      readonly form: ParameterForm;
      readonly proposal: Proposal;
      /** What CloudFormation has been asked to do with the change set and has not answered yet. */
      readonly settling?: 'execute' | 'discard';
      readonly problem?: Problem;
    }
  | {
      readonly step: 'executing';
      readonly kind: StackChange;
      readonly proposal?: Proposal;
      readonly progress?: ProvisionProgress;
      /** Asked to break off; the text says what was done about it. */
      readonly cancelling?: string;
      /** Why it could not be broken off. */
      readonly problem?: Problem;
    }
  | {
      readonly step: 'finished';
      readonly kind: StackChange;
      readonly progress: ProvisionProgress;
      /** The operator wants to go on looking at it. */
      readonly stays: boolean;
    }
  | {
      readonly step: 'trouble';
      readonly problem: Problem;
      /** It came while a change was watched: that goes on, and is what there is to come back to. */
      readonly watched?: true;
    };

export type ProvisionHappening =
  | { readonly type: 'discovering' }
  | { readonly type: 'discovered'; readonly form: ParameterForm }
  | { readonly type: 'changed'; readonly form: ParameterForm }
  | { readonly type: 'proposing' }
  | { readonly type: 'proposed'; readonly proposal: Proposal }
  | { readonly type: 'settling'; readonly by: 'execute' | 'discard' }
  | { readonly type: 'discarded' }
  | { readonly type: 'executing'; readonly kind: StackChange; readonly proposal?: Proposal }
  | { readonly type: 'progressed'; readonly progress: ProvisionProgress }
  | { readonly type: 'cancelling'; readonly words: string }
  | { readonly type: 'not-cancelled'; readonly problem: Problem }
  | { readonly type: 'stays' }
  | { readonly type: 'failed'; readonly problem: Problem };

/** The state after a happening; one that does not belong to the state changes nothing. */
export function provisionAfter(state: ProvisionState, happening: ProvisionHappening): ProvisionState {
  switch (happening.type) {
    case 'discovering':
      return { step: 'discovering' };
    case 'discovered':
      return state.step === 'discovering' ? { step: 'parameters', form: happening.form } : state;
    case 'changed':
      return state.step === 'parameters' ? { step: 'parameters', form: happening.form } : state;
    case 'proposing':
      return state.step === 'parameters' ? { step: 'proposing', form: state.form } : state;
    case 'proposed':
      return state.step === 'proposing' ? { step: 'review', form: state.form, proposal: happening.proposal } : state;
    case 'settling': {
      if (state.step !== 'review') return state;
      const { problem: _, ...rest } = state;
      return { ...rest, settling: happening.by };
    }
    case 'discarded':
      return state.step === 'review' ? { step: 'parameters', form: state.form } : state;
    case 'executing':
      return {
        step: 'executing',
        kind: happening.kind,
        ...(happening.proposal ? { proposal: happening.proposal } : {}),
      };
    case 'progressed':
      if (state.step !== 'executing') return state;
      return happening.progress.finished
        ? { step: 'finished', kind: state.kind, progress: happening.progress, stays: false }
        : { ...state, progress: happening.progress };
    case 'cancelling': {
      if (state.step !== 'executing') return state;
      const { problem: _, ...rest } = state;
      return { ...rest, cancelling: happening.words };
    }
    case 'not-cancelled': {
      if (state.step !== 'executing') return state;
      const { cancelling: _, ...rest } = state;
      return { ...rest, problem: happening.problem };
    }
    case 'stays':
      return state.step === 'finished' && !state.stays ? { ...state, stays: true } : state;
    case 'failed':
      // What the operator typed must outlive a refusal of the service.
      if (state.step === 'proposing') return { step: 'parameters', form: state.form, problem: happening.problem };
      if (state.step === 'review') {
        const { settling: _, ...rest } = state;
        return { ...rest, problem: happening.problem };
      }
      return {
        step: 'trouble',
        problem: happening.problem,
        ...(state.step === 'executing' ? { watched: true as const } : {}),
      };
  }
}

/** The names of the fields that keep the form from being proposed: without a value that must have one, or with a wrong one. */
export function unready(form: ParameterForm): readonly string[] {
  return form.groups
    .flatMap((group) => group.fields)
    .filter((field) => field.problem !== undefined || (field.required && field.value === ''))
    .map((field) => field.name);
}

/** Drives provisioning; it goes on whatever screen is shown. */
export class ProvisionControl extends Observable<ProvisionState> {
  readonly #provisioner: Provisioner;
  #abort = new AbortController();
  /** A change set in the making; it takes itself back when it is broken off. */
  #proposing: Promise<void> = Promise.resolve();
  /** What the operator typed, by field: a form that is made anew after a failure gets it again. */
  readonly #typed = new Map<string, string>();

  constructor(provisioner: Provisioner) {
    super({ step: 'asleep' });
    this.#provisioner = provisioner;
  }

  /** Whether a change of the stack is being made and watched. */
  get busy(): boolean {
    return this.current().step === 'executing';
  }

  /** Finds out the values that can be found out, unless that is done. */
  async begin(): Promise<void> {
    const { step } = this.current();
    if (step !== 'asleep' && step !== 'finished' && step !== 'trouble') return;
    this.#happen({ type: 'discovering' });
    await this.#try(async () => {
      let form = await this.#provisioner.discover(this.#abort.signal);
      for (const [name, value] of this.#typed) form = this.#provisioner.setField(form, name, value);
      this.#happen({ type: 'discovered', form });
    });
  }

  change(name: string, value: string): void {
    const state = this.current();
    if (state.step !== 'parameters') return;
    this.#typed.set(name, value);
    this.#happen({ type: 'changed', form: this.#provisioner.setField(state.form, name, value) });
  }

  async propose(): Promise<void> {
    const state = this.current();
    if (state.step !== 'parameters' || unready(state.form).length > 0) return;
    this.#happen({ type: 'proposing' });
    this.#proposing = this.#try(async () => {
      this.#happen({ type: 'proposed', proposal: await this.#provisioner.propose(state.form, this.#abort.signal) });
    });
    await this.#proposing;
  }

  async discard(): Promise<void> {
    const state = this.current();
    if (state.step !== 'review' || state.settling) return;
    this.#happen({ type: 'settling', by: 'discard' });
    await this.#try(async () => {
      await this.#provisioner.discard(state.proposal);
      this.#happen({ type: 'discarded' });
    });
  }

  async execute(): Promise<void> {
    const state = this.current();
    if (state.step !== 'review' || state.settling) return;
    const { proposal } = state;
    this.#happen({ type: 'settling', by: 'execute' });
    await this.#try(async () => {
      await this.#provisioner.execute(proposal);
      this.#happen({ type: 'executing', kind: proposal.kind, proposal });
      await this.#take(this.#provisioner.follow(proposal, this.#abort.signal));
    });
  }

  /** Watches a change that somebody else, or an earlier run, has begun; of one that is over, how it ended. */
  async watch(): Promise<void> {
    const { step } = this.current();
    // What the operator has before him is not taken away: a stack of a change set that waits is in progress too.
    if (step === 'executing' || step === 'proposing' || step === 'review') return;
    this.#happen({ type: 'executing', kind: 'FOLLOW' });
    await this.#try(() => this.#take(this.#provisioner.follow(undefined, this.#abort.signal)));
  }

  /** Breaks off what goes on with the stack; how that goes is told by what is followed already. */
  async cancel(): Promise<void> {
    const state = this.current();
    if (state.step !== 'executing' || state.cancelling !== undefined) return;
    this.#happen({ type: 'cancelling', words: 'asking CloudFormation to break it off' });
    try {
      this.#happen({ type: 'cancelling', words: await this.#provisioner.cancel(state.proposal) });
    } catch (error) {
      this.#happen({ type: 'not-cancelled', problem: problemOf(error, 'provisioning') });
    }
  }

  /** Deletes a stack that failed. */
  async destroy(): Promise<void> {
    if (this.current().step !== 'finished') return;
    this.#happen({ type: 'executing', kind: 'DELETE' });
    await this.#try(() => this.#take(this.#provisioner.destroy()));
  }

  /** Goes on showing what came out, until a key leads elsewhere. */
  stay(): void {
    this.#happen({ type: 'stays' });
  }

  /** Stops watching; CloudFormation goes on. A change set that nobody will execute is taken back. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#proposing;
    const state = this.current();
    // One that is being executed or taken back already is not to be had any more.
    if (state.step === 'review' && !state.settling)
      await this.#provisioner.discard(state.proposal).catch(() => undefined);
  }

  async #take(course: AsyncIterable<ProvisionProgress>): Promise<void> {
    for await (const progress of course) {
      if (this.#abort.signal.aborted) return;
      this.#happen({ type: 'progressed', progress });
    }
  }

  async #try(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#abort;
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) this.#happen({ type: 'failed', problem: problemOf(error, 'provisioning') });
    }
  }

  #happen(happening: ProvisionHappening): void {
    this.set(provisionAfter(this.current(), happening));
  }
}

/** The state of provisioning. */
export function useProvisioning(control: ProvisionControl): ProvisionState {
  return useObservable(control);
}
