// How long each disaster of the source article takes to mend: the template's own settings, and for what no template says
// (how long a machine boots, an image is pulled, Jenkins starts) the ranges that the sandbox simulates.
import { map, maps, text } from '../src/sandbox/cloudformation/resources/resource-type.ts';
import type { Template } from '../src/sandbox/cloudformation/template.ts';
import { defaultSettings, type Range } from '../src/sandbox/world/settings.ts';

type Part = readonly [what: string, range: Range];

/** `45 s`, `2 min 10 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

function total(parts: readonly Part[]): string {
  // In steps of five seconds: more would be a precision that no part of the sum has.
  const side = (index: 0 | 1, round: (value: number) => number) =>
    round(parts.reduce((sum, [, range]) => sum + range[index], 0) / 5) * 5;
  return `${duration(side(0, Math.floor))} to ${duration(side(1, Math.ceil))}`;
}

function madeOf(parts: readonly Part[]): string {
  return parts.map(([what, [from, to]]) => `${what} ${from === to ? to : `${from}–${to}`}`).join(' + ');
}

/** The disasters: what notices, what restores, how long it takes, of what. */
export function recoveryTable(template: Template): string {
  const check = map(template.resources.get('LoadBalancer')?.properties.HealthCheck);
  const [container] = maps(template.resources.get('TaskDefinitionA')?.properties.ContainerDefinitions);
  const service = template.resources.get('ServiceA')?.properties ?? {};
  const number = (value: unknown): number => {
    const read = Number(value);
    if (!(read > 0)) throw new Error(`architecture: no number where one was expected: ${String(value)}`);
    return read;
  };
  const interval = number(check.Interval);
  const unhealthy = number(check.UnhealthyThreshold);
  const healthy = number(check.HealthyThreshold);
  const timeout = number(check.Timeout);
  const stopTimeout = number(container?.StopTimeout);
  const grace = number(service.HealthCheckGracePeriodSeconds);
  const ownCheck = map(container?.HealthCheck);
  const ownLimit = number(ownCheck.Interval) * number(ownCheck.Retries) + number(ownCheck.Timeout);
  const idle = text(template.parameters.get('AgentIdleMinutes')?.definition.Default);
  const { instance, autoScaling, ecs, jenkins } = defaultSettings;

  const passes: Part = ['ELB checks pass', [(healthy - 1) * interval, healthy * interval]];
  const fails: Part = ['ELB checks fail', [(unhealthy - 1) * interval, unhealthy * interval + timeout]];
  const schedules: Part = ['ECS schedules', [0, ecs.schedulerSeconds]];
  const starts = (pull: Range): Part[] => [
    ['task pending', ecs.pending],
    ['image pull', pull],
    ['Jenkins boots', jenkins.boot],
    passes,
  ];
  const ends: Part = ['Jenkins ends', jenkins.stop];
  // The host that had the master holds its image; another pulls it.
  const perhaps: Range = [0, ecs.imagePull[1]];
  const newHost: Part[] = [
    ['Auto Scaling notices', [0, autoScaling.healthCheckSeconds]],
    ['launch', autoScaling.launch],
    ['instance pending', instance.pending],
    ['system boots', instance.boot],
    ['ECS agent joins', ecs.agentRegister],
  ];

  const rows: [disaster: string, notices: string, restores: string, parts: Part[]][] = [
    [
      'a host is lost, with a spare host (`SpareHosts` 1 or 2)',
      'ECS, whose host is gone; the balancer drops a terminated host by itself; Auto Scaling’s EC2 health check',
      'the slot’s service starts its master on the spare host; the group starts a new host, in the zone with the fewest',
      [['ECS notices', ecs.hostLost], schedules, ...starts(ecs.imagePull)],
    ],
    [
      'a host is lost, without a spare host (`SpareHosts` 0, the article’s farm)',
      'the same',
      'the group starts a new host, and the service its master there',
      [...newHost, schedules, ...starts(ecs.imagePull)],
    ],
    [
      'a master is corrupted: it hangs or answers nonsense while its container runs',
      `the balancer, by ${unhealthy} failed checks of \`${text(check.Target)}\`, ${interval} s apart; the container’s own check, after ${ownLimit} s at most; neither ends a task in its first ${grace} s`,
      'ECS stops the task and starts another: a new container, whose home the image makes anew, jobs included',
      // A JVM that hangs may not hear SIGTERM.
      [fails, schedules, ['Jenkins ends, or is killed', [jenkins.stop[0], stopTimeout]], schedules, ...starts(perhaps)],
    ],
    [
      'a master’s container is lost: the JVM ends, or somebody stops the task',
      `the ECS agent, at once (a stop gives Jenkins ${stopTimeout} s to save its queue)`,
      'the slot’s service starts another task',
      [ends, schedules, ...starts(perhaps)],
    ],
    [
      'an agent is lost',
      'its master, whose SSH connection breaks; the build is lost',
      'the queue: the next item for the label has the slot’s EC2 cloud start another',
      [
        ['cloud decides', jenkins.provisionDecision],
        ['instance pending', instance.pending],
        ['system boots', instance.boot],
        ['connects', jenkins.agentConnect],
      ],
    ],
    [
      'an agent has lost its master for good',
      'the agent itself: nobody has spoken to it; and the slot’s next master, at its boot',
      `the agent powers itself off, which terminates it, after \`AgentIdleMinutes\` (${idle}) of silence`,
      [['silence', [Number(idle) * 60, Number(idle) * 60]]],
    ],
  ];
  return [
    '| disaster | what notices | what restores | expected | made of (s) |',
    '|---|---|---|---|---|',
    ...rows.map(([disaster, notices, restores, parts]) => {
      const expected = parts.length === 1 ? duration(parts[0]?.[1][1] ?? 0) : total(parts);
      return `| ${disaster} | ${notices} | ${restores} | **${expected}** | ${madeOf(parts)} |`;
    }),
  ].join('\n');
}
