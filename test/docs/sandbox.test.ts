import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { services } from '../../src/sandbox/services.ts';
import { faultKinds, parseFaultFile } from '../../src/sandbox/wire/fault-schema.ts';
import { defaultSettings } from '../../src/sandbox/world/settings.ts';
import { page, quoted, rows, section } from './tables.ts';

const sandbox = page('docs/sandbox.md');
const faults = page('docs/sandbox-faults.md');

/** How docs/sandbox.md calls a service that requests are signed for. */
const names: Readonly<Record<string, string>> = {
  autoscaling: 'Auto Scaling',
  cloudformation: 'CloudFormation',
  ec2: 'EC2',
  ecr: 'ECR',
  ecs: 'ECS',
  elasticloadbalancing: 'Elastic Load Balancing (classic)',
  iam: 'IAM',
  logs: 'CloudWatch Logs',
  route53: 'Route 53',
  secretsmanager: 'Secrets Manager',
  ssm: 'Systems Manager',
  sts: 'STS',
};

describe('docs/sandbox.md', () => {
  it('counts the operations of every service as the sandbox has them', () => {
    const counts = new Map(
      services.map(({ signingName, operations }) => [
        names[signingName] ?? signingName,
        Object.keys(operations).length,
      ]),
    );
    const written = rows(section(sandbox, '## What is simulated')).map(([service = '', count = '']) => [
      service,
      count,
    ]);
    const wanted = written.map(([service = '']) => {
      const inRow = service.split(', ').map((name) => counts.get(name) ?? Number.NaN);
      return [service, String(inRow.reduce((sum, one) => sum + one, 0))];
    });
    expect(written).toEqual(wanted);
    expect(written.flatMap(([service = '']) => service.split(', ')).sort()).toEqual([...counts.keys()].sort());
  });

  it('has every variable that `jdci-tui sandbox` exports', async () => {
    const { environment, close } = await startSandbox({ seed: 1, speed: 0 });
    await close();
    const table = section(sandbox, '## Start');
    const written = rows(table).flatMap(([name = '']) => quoted(name));
    expect(written.sort()).toEqual(Object.keys(environment).sort());
  });

  it('has every setting with its default', () => {
    const written = new Map<string, string>();
    for (const [setting = '', value = ''] of rows(section(sandbox, '## Settings'))) {
      const [first = '', ...others] = quoted(setting);
      const group = first.slice(0, first.indexOf('.') + 1);
      const values = value.split(' / ');
      for (const [index, name] of [first, ...others.map((one) => group + one)].entries()) {
        written.set(name, values[index] ?? '');
      }
    }
    // What a file of settings cannot change.
    const { region: _region, account: _account, zones: _zones, ...groups } = defaultSettings;
    const wanted = Object.entries(groups).flatMap(([group, settings]) =>
      Object.entries(settings).map(([name, value]): [string, string] => [
        `${group}.${name}`,
        Array.isArray(value) ? value.join('–') : String(value),
      ]),
    );
    const absent: [string, string][] = [
      ['load.queued', 'none'],
      ['largeFarm', 'none'],
    ];
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries([...wanted, ...absent]));
  });
});

describe('docs/sandbox-faults.md', () => {
  it('has every kind of fault', () => {
    const tables = ['## Between a client and an operation', '## In the region'];
    const written = tables.flatMap((one) => rows(section(faults, one)).flatMap(([kind = '']) => quoted(kind)));
    expect([...written, 'expired-credentials'].sort()).toEqual([...faultKinds].sort());
  });

  it('has every service by the name that requests are signed for', () => {
    const [, list = ''] = /`service` is the name that requests are signed for\s+\(([^)]*)\)/.exec(faults) ?? [];
    expect(quoted(list).sort()).toEqual(services.map(({ signingName }) => signingName).sort());
  });

  it('shows JSON that the sandbox takes', () => {
    const shown = [...faults.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);
    const sent = [...faults.matchAll(/_sandbox\/faults" -d '([^']+)'/g)].map(([, text = '']) => text);
    // `clear` is of the control endpoint alone.
    const files = [...shown, ...sent].filter((text) => !text.includes('"clear"'));
    expect(files.length).toBeGreaterThan(2);
    for (const text of files) expect(parseFaultFile(JSON.parse(text))).toBeTypeOf('object');
  });
});
