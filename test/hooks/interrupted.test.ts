import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../src/core/problem.ts';
import { InterruptedControl } from '../../src/hooks/use-interrupted.ts';
import { pastDrill } from '../drill-fixture.ts';

describe('InterruptedControl', () => {
  it('closes what was cut off and keeps what was told', async () => {
    let left = [pastDrill()];
    const control = new InterruptedControl({
      find: () => left,
      close: async (tell) => {
        tell('drill 1 was rolled back');
        left = [];
      },
    });
    expect(control.current().drills).toHaveLength(1);
    await control.close();
    expect(control.current()).toEqual({ drills: [], working: false, told: ['drill 1 was rolled back'] });
  });

  it('says why not, and can be asked again', async () => {
    const refusal = new ProblemError({ kind: 'refused', source: 'lock', message: 'locked', advice: 'wait' });
    const control = new InterruptedControl({ find: () => [pastDrill()], close: () => Promise.reject(refusal) });
    const first = control.close();
    expect(control.current().working).toBe(true);
    await Promise.all([first, control.close()]);
    expect(control.current()).toMatchObject({ working: false, problem: { message: 'locked' } });
    expect(control.current().drills).toHaveLength(1);
  });
});
