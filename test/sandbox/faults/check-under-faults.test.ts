import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startFarm } from './started.ts';

// The program knows nothing of the sandbox: what it says here it would say of an account in the same trouble.
describe('check under faults', { timeout: 60_000 }, () => {
  let farm: Awaited<ReturnType<typeof startFarm>>;
  beforeAll(async () => {
    farm = await startFarm(29);
  }, 60_000);
  afterEach(async () => {
    await farm.faults({ clear: true });
    expect((await farm.check()).document.findings).toEqual([]);
  });
  afterAll(() => farm?.close());

  const errors = async () => {
    const { code, document } = await farm.check();
    const seen = Object.values(document.readings).flatMap(({ error }) => (error === null ? [] : [error]));
    return {
      code,
      verdict: document.verdict,
      text: [...seen, ...document.findings.map((one) => one.message)].join('\n'),
    };
  };
  const everywhere = { service: '*', operation: '*' };

  it('is OK without any', async () => {
    expect(await farm.check()).toMatchObject({ code: 0, document: { verdict: 'OK' } });
  });

  it.each([
    ['throttled', { ...everywhere, kind: 'throttle' }, 'AWS throttles cloudformation:DescribeStacks'],
    ['cut', { ...everywhere, kind: 'cut' }, 'no connection for cloudformation:DescribeStacks'],
    ['failing', { ...everywhere, kind: 'error' }, 'no connection for cloudformation:DescribeStacks'],
    ['behind a broken proxy', { ...everywhere, kind: 'nonsense' }, 'cloudformation:DescribeStacks'],
    ['with expired credentials', { kind: 'expired-credentials' }, 'does not accept the credentials'],
  ])('is UNKNOWN when AWS is %s', async (_name, fault, words) => {
    await farm.faults(fault);
    const { code, verdict, text } = await errors();
    expect([code, verdict]).toEqual([3, 'UNKNOWN']);
    expect(text).toContain(words);
  });

  const services = ['ecs', 'ec2', 'autoscaling', 'elasticloadbalancing', 'cloudformation', 'secretsmanager'];
  // Not throttling, whose retries take the SDK whole seconds: above it strikes all services at once.
  const troubles = [
    { kind: 'cut' },
    { kind: 'error', code: 'AccessDenied', status: 403 },
    { kind: 'nonsense' },
    { kind: 'nonsense', status: 200 },
  ];
  it.each(services.flatMap((service) => troubles.map((trouble) => ({ service, operation: '*', ...trouble }))))(
    'is never OK when one service cannot be seen: $service $kind $status',
    async (fault) => {
      await farm.faults(fault);
      const { code } = await farm.check();
      expect(code).not.toBe(0);
    },
  );

  describe('with rights of its own', () => {
    const caller = { accessKeyId: 'SANDBOX000000000000', arn: 'arn:aws:iam::123456789012:user/sandbox' };
    const may = (...Statement: object[]) =>
      farm.faults({ callers: [{ ...caller, policies: [{ Version: '2012-10-17', Statement }] }] });
    const allow = (Action: string[], Resource: string[] = ['*']) => ({ Effect: 'Allow', Action, Resource });
    afterEach(() => farm.faults({ callers: [caller] }));

    it('is OK with those of a viewer', async () => {
      await may(
        allow([
          'ecs:List*',
          'ecs:Describe*',
          'autoscaling:Describe*',
          'elasticloadbalancing:DescribeLoadBalancers',
          'elasticloadbalancing:DescribeInstanceHealth',
          'ec2:Describe*',
          'cloudformation:Describe*',
          'cloudformation:List*',
        ]),
        allow(
          ['secretsmanager:GetSecretValue'],
          ['arn:aws:secretsmanager:*:123456789012:secret:jdci/jdci/viewer-??????'],
        ),
      );
      expect(await farm.check()).toMatchObject({ code: 0, document: { verdict: 'OK' } });
    });

    it('names what it may not do', async () => {
      await may(allow(['*']), { Effect: 'Deny', Action: 'ecs:DescribeTasks', Resource: '*' });
      const { code, text } = await errors();
      expect(code).toBe(3);
      expect(text).toContain('not allowed: ecs:DescribeTasks');
    });
  });

  it.each(['nonsense', 'throttle'])('sees the masters badly when the road to them is bad: %s', async (kind) => {
    await farm.faults({ service: 'network', operation: '172.31.*:8080', kind });
    const { code, text } = await errors();
    expect(code).toBe(1);
    expect(text).toContain('slot a');
    expect(text).toContain('slot b');
  });

  it('gets through what strikes now and then', async () => {
    await farm.faults({ service: 'ecs', operation: '*', kind: 'cut', count: 1 });
    expect((await farm.check()).code).toBe(0);
  });

  it('takes so few calls a round that the published limits never bind a board', async () => {
    const session = await farm.session();
    await farm.check(session);
    const of = (pattern: RegExp) =>
      [...session.aws.calls].filter(([action]) => pattern.test(action)).reduce((sum, [, number]) => sum + number, 0);
    // What comes back into each bucket during the two seconds of a round at the fastest pace.
    expect(of(/^ecs:(List|Describe)(Tasks|ContainerInstances)$/)).toBeLessThanOrEqual(20 * 2);
    expect(of(/^ecs:(List|Describe)Services$/)).toBeLessThanOrEqual(20 * 2);
    expect(of(/^ec2:Describe/)).toBeLessThanOrEqual(10 * 2);
    expect(of(/^elasticloadbalancing:Describe/)).toBeLessThanOrEqual(10 * 2);
    expect(of(/./)).toBeGreaterThan(5);
  });
});
