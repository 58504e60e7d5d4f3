import type { Provisioner } from '../src/hooks/use-provisioning.ts';
import type { Field, ParameterForm, Proposal, ProvisionProgress } from '../src/provision/form.ts';
import { now } from './farm-fixture.ts';

export function field(more: Partial<Field> & { name: string }): Field {
  return {
    label: more.name,
    description: `What ${more.name} is for.`,
    type: 'String',
    value: '',
    source: 'default',
    required: false,
    noEcho: false,
    many: false,
    rule: {},
    ...more,
  };
}

export const subnets = [
  { value: 'subnet-0a', label: '172.31.0.0/20 eu-west-1a 4091 free' },
  { value: 'subnet-0b', label: '172.31.16.0/20 eu-west-1b 4091 free' },
  { value: 'subnet-0c', label: '172.31.32.0/20 eu-west-1c 4091 free' },
];

/** Two steps; only the image is missing. */
export function form(more: Partial<ParameterForm> = {}): ParameterForm {
  return {
    groups: [
      {
        label: 'Network',
        fields: [
          field({ name: 'VpcId', label: 'VPC', value: 'vpc-0a1', source: 'discovered', required: true }),
          field({
            name: 'HostSubnets',
            label: 'Subnets of the hosts',
            type: 'List<AWS::EC2::Subnet::Id>',
            value: 'subnet-0a,subnet-0b',
            source: 'discovered',
            required: true,
            many: true,
            choices: subnets,
          }),
          field({
            name: 'OperatorCidr',
            label: 'Who may reach it',
            value: '203.0.113.7/32',
            source: 'discovered',
            required: true,
          }),
        ],
      },
      {
        label: 'Masters',
        fields: [
          field({
            name: 'MasterCount',
            label: 'Masters',
            type: 'Number',
            value: '2',
            choices: ['2', '3', '4'].map((value) => ({ value, label: value })),
          }),
          field({ name: 'ImageUri', label: 'Image of the masters', source: 'missing', required: true }),
        ],
      },
    ],
    notes: ['one zone lost leaves one master: a third subnet would help'],
    ...more,
  } as ParameterForm;
}

/** Sets a value and finds fault with a CIDR that is none, as the real one does. */
export function setField(before: ParameterForm, name: string, value: string): ParameterForm {
  return {
    ...before,
    groups: before.groups.map((group) => ({
      ...group,
      fields: group.fields.map((one) => {
        if (one.name !== name) return one;
        const { problem: _, ...rest } = one;
        const wrong = name === 'OperatorCidr' && !/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(value);
        return {
          ...rest,
          value,
          source: 'typed' as const,
          ...(wrong ? { problem: 'expected a CIDR such as 203.0.113.7/32' } : {}),
        };
      }),
    })),
  };
}

export const proposal = {
  stack: 'jdci',
  stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/jdci/1',
  changeSetArn: 'arn:aws:cloudformation:eu-west-1:123456789012:changeSet/jdci-1/1',
  kind: 'CREATE',
  changes: [
    { action: 'Add', logicalId: 'Cluster', type: 'AWS::ECS::Cluster' },
    { action: 'Add', logicalId: 'LoadBalancer', type: 'AWS::ElasticLoadBalancing::LoadBalancer' },
    { action: 'Add', logicalId: 'HostGroup', type: 'AWS::AutoScaling::AutoScalingGroup' },
  ],
} as unknown as Proposal;

export function progressAt(done: number, more: Partial<ProvisionProgress> = {}): ProvisionProgress {
  const started = now - 60_000;
  const resources = ['Cluster', 'LoadBalancer', 'HostGroup'].map((logicalId, at) => ({
    logicalId,
    type: 'AWS::ECS::Cluster',
    status: at < done ? 'CREATE_COMPLETE' : at === done ? 'CREATE_IN_PROGRESS' : '',
    ...(at <= done ? { startedAt: started + at * 10_000 } : {}),
    ...(at < done ? { endedAt: started + at * 10_000 + 8_000 } : {}),
  }));
  return {
    stackStatus: 'CREATE_IN_PROGRESS',
    startedAt: started,
    resources,
    done,
    total: 3,
    finished: false,
    succeeded: false,
    outputs: {},
    ...more,
  };
}

/** A provisioner whose every step a test lets go; `calls` says what was asked of it. */
export class FakeProvisioner implements Provisioner {
  readonly calls: string[] = [];
  readonly setField = setField;
  first: ParameterForm = form();
  proposed: Proposal | Error = proposal;
  progress: readonly ProvisionProgress[] = [];
  deletion: readonly ProvisionProgress[] = [];
  cancelled: string | Error = 'the creation is broken off: the stack is being deleted';
  /** Resolved by a test to let `follow` go on. */
  #goOn: (() => void)[] = [];

  async discover(): Promise<ParameterForm> {
    this.calls.push('discover');
    return this.first;
  }

  async propose(): Promise<Proposal> {
    this.calls.push('propose');
    if (this.proposed instanceof Error) throw this.proposed;
    return this.proposed;
  }

  async execute(): Promise<void> {
    this.calls.push('execute');
  }

  async discard(): Promise<void> {
    this.calls.push('discard');
  }

  async *follow(of: Proposal | undefined): AsyncGenerator<ProvisionProgress> {
    this.calls.push(of ? 'follow' : 'watch');
    for (const step of this.progress) {
      yield step;
      await new Promise<void>((resolve) => this.#goOn.push(resolve));
    }
  }

  async cancel(): Promise<string> {
    this.calls.push('cancel');
    if (this.cancelled instanceof Error) throw this.cancelled;
    return this.cancelled;
  }

  async *destroy(): AsyncGenerator<ProvisionProgress> {
    this.calls.push('destroy');
    for (const step of this.deletion) {
      yield step;
      await new Promise<void>((resolve) => this.#goOn.push(resolve));
    }
  }

  goOn(): void {
    this.#goOn.shift()?.();
  }
}
