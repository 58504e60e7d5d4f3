import { useEffect } from 'react';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import type { Clock } from '../core/clock.ts';
import type { Scope } from '../hooks/keymap.ts';
import { useCommands } from '../hooks/use-keys.ts';
import { type ProvisionControl, useProvisioning } from '../hooks/use-provisioning.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { Parameters } from './Parameters.tsx';
import { problemLines } from './provision-lines.ts';
import { Resources } from './Resources.tsx';
import { Review } from './Review.tsx';

const scopes: readonly Scope[] = ['trouble'];

export interface ProvisionProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly control: ProvisionControl;
  readonly clock: Clock;
  readonly now: number;
  /** Whether there is a stack already: then this is an update. */
  readonly exists: boolean;
  readonly onBoard: () => void;
}

/** Creating and updating a farm, step by step. */
export function Provision({ size, facts, control, clock, now, exists, onBoard }: ProvisionProps) {
  const state = useProvisioning(control);
  const waiting = state.step === 'asleep' || state.step === 'discovering' || state.step === 'trouble';
  useEffect(() => {
    if (control.current().step === 'asleep') void control.begin();
  }, [control]);
  const isWatched = state.step === 'trouble' && state.watched === true;
  const retry = () => void (isWatched ? control.watch() : control.begin());
  useCommands(scopes, { retry, back: onBoard }, { active: waiting });
  const shared = { size, facts };
  if (state.step === 'parameters' || state.step === 'proposing') {
    const title = state.form.existing ? `Update of ${facts.stack}` : `New farm ${facts.stack}`;
    return <Parameters {...shared} state={state} control={control} title={title} onBack={onBoard} />;
  }
  if (state.step === 'review') return <Review {...shared} state={state} control={control} />;
  if (state.step === 'executing' || state.step === 'finished') {
    return <Resources {...shared} state={state} control={control} clock={clock} now={now} onBoard={onBoard} />;
  }
  const lines: readonly Spans[] =
    state.step === 'trouble'
      ? [[], ...problemLines(state.problem, size.columns)]
      : [
          [],
          [
            span(
              ` ${exists ? 'Reading how the farm is set up.' : `There is no farm named ${facts.stack} in ${facts.region} yet.`}`,
            ),
          ],
          [span(' ◌ finding out the network, the machine images and your address', 'moving')],
        ];
  return (
    <Frame {...shared} scopes={scopes}>
      <Lines lines={lines} width={size.columns} height={bodyRows(size)} />
    </Frame>
  );
}
