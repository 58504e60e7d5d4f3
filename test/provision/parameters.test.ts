import { describe, expect, it } from 'vitest';
import type { StackState } from '../../src/aws/cloudformation.ts';
import type { Subnet } from '../../src/aws/network-discovery.ts';
import type { ParameterForm } from '../../src/provision/form.ts';
import {
  buildForm,
  type Discovered,
  fieldOf,
  missing,
  setField,
  values,
  wrongFields,
} from '../../src/provision/parameters.ts';
import { farmTemplate } from '../../src/provision/template.ts';

function subnet(id: string, vpcId: string, zone: string, isPublic = true): Subnet {
  return { id, vpcId, zone, cidr: '10.0.0.0/24', name: '', freeAddresses: 250, public: isPublic, defaultForZone: true };
}

const image = {
  uri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@sha256:${'e'.repeat(64)}`,
  tags: ['1.2.3'],
  pushedAt: 0,
};

const found: Discovered = {
  network: {
    vpcs: [
      { id: 'vpc-00000001', cidr: '172.31.0.0/16', name: '', isDefault: true },
      { id: 'vpc-00000002', cidr: '10.0.0.0/16', name: 'build', isDefault: false },
    ],
    subnets: [
      subnet('subnet-0000000a', 'vpc-00000001', 'eu-west-1a'),
      subnet('subnet-0000000b', 'vpc-00000001', 'eu-west-1b'),
      subnet('subnet-000000aa', 'vpc-00000002', 'eu-west-1a'),
      subnet('subnet-000000ab', 'vpc-00000002', 'eu-west-1b'),
      subnet('subnet-000000fa', 'vpc-00000002', 'eu-west-1a', false),
      subnet('subnet-000000fb', 'vpc-00000002', 'eu-west-1b', false),
    ],
  },
  images: [image],
  ami: 'ami-0123456789abcdef0',
  address: '203.0.113.7',
  notes: [],
};

const nothing: Discovered = { network: { vpcs: [], subnets: [] }, images: [], ami: '', address: '', notes: [] };

function form(given: Partial<Parameters<typeof buildForm>[1]> = {}, discovered = found): ParameterForm {
  return buildForm(farmTemplate(), { flags: {}, file: {}, ...given }, discovered);
}

function problem(of: ParameterForm, name: string): string | undefined {
  return fieldOf(of, name)?.problem;
}

describe('the form', () => {
  it('is complete from discovery and defaults alone', () => {
    const filled = form();
    expect(missing(filled)).toEqual([]);
    expect(wrongFields(filled)).toEqual([]);
    expect(values(filled)).toMatchObject({
      VpcId: 'vpc-00000001',
      LoadBalancerSubnets: 'subnet-0000000a,subnet-0000000b',
      HostSubnets: 'subnet-0000000a,subnet-0000000b',
      OperatorCidr: '203.0.113.7/32',
      MasterAccessCidr: '172.31.0.0/16',
      ImageUri: image.uri,
      HostAmi: found.ami,
      AgentAmi: found.ami,
      MasterCount: '2',
    });
  });

  it('names what nobody knows', () => {
    const empty = form({}, nothing);
    expect(missing(empty).sort()).toEqual(
      'AgentAmi HostAmi HostSubnets ImageUri LoadBalancerSubnets MasterAccessCidr OperatorCidr VpcId'.split(' '),
    );
    expect(problem(empty, 'ImageUri')).toBe('a value is needed');
  });

  it('takes flag before file before previous before discovery before default', () => {
    const stack: StackState = {
      id: 'arn:stack',
      name: 'jdci',
      status: 'CREATE_COMPLETE',
      parameters: { AgentCap: '11', MasterCount: '3', HostAmi: 'ami-00000001', SpareHosts: '2' },
      outputs: {},
      terminationProtection: true,
    };
    const filled = form({ flags: { AgentCap: '13' }, file: { AgentCap: '12', MasterCount: '4' } }, { ...found, stack });
    const seen = (name: string) => [fieldOf(filled, name)?.value, fieldOf(filled, name)?.source];
    expect(seen('AgentCap')).toEqual(['13', 'flag']);
    expect(seen('MasterCount')).toEqual(['4', 'file']);
    expect(seen('SpareHosts')).toEqual(['2', 'previous']);
    // A newer AMI is no reason to replace hosts.
    expect(seen('HostAmi')).toEqual(['ami-00000001', 'previous']);
    expect(seen('AgentAmi')).toEqual([found.ami, 'discovered']);
    expect(seen('LogRetentionDays')).toEqual(['30', 'default']);
    expect(filled.existing).toEqual({ id: 'arn:stack', status: 'CREATE_COMPLETE' });
  });

  it('takes nothing from a stack that is only under review', () => {
    const stack: StackState = {
      id: 'arn:stack',
      name: 'jdci',
      status: 'REVIEW_IN_PROGRESS',
      parameters: { AgentCap: '11' },
      outputs: {},
      terminationProtection: false,
    };
    const filled = form({}, { ...found, stack });
    expect(fieldOf(filled, 'AgentCap')?.value).toBe('10');
    expect(filled.existing).toBeUndefined();
  });

  it('proposes public subnets for the balancer and private ones for hosts', () => {
    const filled = form({ flags: { VpcId: 'vpc-00000002' } });
    expect(fieldOf(filled, 'LoadBalancerSubnets')?.value).toBe('subnet-000000aa,subnet-000000ab');
    expect(fieldOf(filled, 'HostSubnets')?.value).toBe('subnet-000000fa,subnet-000000fb');
    expect(wrongFields(filled)).toEqual([]);
  });
});

describe('setField', () => {
  it('judges by the template, in its words', () => {
    expect(problem(setField(form(), 'OperatorCidr', '0.0.0.0/0'), 'OperatorCidr')).toMatch(/whole internet/);
    expect(problem(setField(form(), 'MasterCount', '5'), 'MasterCount')).toMatch(/must be one of 2, 3, 4/);
    expect(problem(setField(form(), 'AgentCap', '0'), 'AgentCap')).toMatch(/1 or more/);
    expect(problem(setField(form(), 'AgentCap', 'many'), 'AgentCap')).toMatch(/a number/);
    expect(problem(setField(form(), 'HostAmi', 'ami'), 'HostAmi')).toMatch(/id of an AMI/);
    expect(problem(setField(form(), 'HostKeyPair', 'k'.repeat(256)), 'HostKeyPair')).toMatch(/255/);
    expect(problem(setField(form(), 'VpcId', ''), 'VpcId')).toBe('a value is needed');
  });

  it('takes a problem away when the value is right again', () => {
    const wrong = setField(form(), 'AgentCap', '0');
    const right = setField(wrong, 'AgentCap', ' 20 ');
    expect(fieldOf(right, 'AgentCap')).toMatchObject({ value: '20', source: 'typed' });
    expect(problem(right, 'AgentCap')).toBeUndefined();
  });

  it('follows another VPC with its subnets and its address block', () => {
    const moved = setField(form(), 'VpcId', 'vpc-00000002');
    expect(values(moved)).toMatchObject({
      LoadBalancerSubnets: 'subnet-000000aa,subnet-000000ab',
      HostSubnets: 'subnet-000000fa,subnet-000000fb',
      MasterAccessCidr: '10.0.0.0/16',
    });
    expect(fieldOf(moved, 'HostSubnets')?.choices?.map((choice) => choice.value)).toEqual([
      'subnet-000000aa',
      'subnet-000000ab',
      'subnet-000000fa',
      'subnet-000000fb',
    ]);
    expect(wrongFields(moved)).toEqual([]);
  });

  it('keeps an address block that was typed', () => {
    const typed = setField(form(), 'MasterAccessCidr', '192.0.2.0/24');
    expect(fieldOf(setField(typed, 'VpcId', 'vpc-00000002'), 'MasterAccessCidr')?.value).toBe('192.0.2.0/24');
  });

  it('wants two zones, one subnet a zone for the balancer, and subnets of this VPC', () => {
    const vpc = setField(form(), 'VpcId', 'vpc-00000002');
    expect(problem(setField(vpc, 'HostSubnets', 'subnet-000000fa'), 'HostSubnets')).toMatch(/two zones/);
    const three = 'subnet-000000aa,subnet-000000ab,subnet-000000fa';
    expect(problem(setField(vpc, 'LoadBalancerSubnets', three), 'LoadBalancerSubnets')).toMatch(/one a zone/);
    expect(problem(setField(vpc, 'HostSubnets', three), 'HostSubnets')).toBeUndefined();
    expect(problem(setField(vpc, 'HostSubnets', 'subnet-0000000a,subnet-000000fb'), 'HostSubnets')).toMatch(
      /subnet-0000000a: is not among the choices/,
    );
  });

  it('wants a subnet of the balancer in every zone of the hosts, and proposes hosts only there', () => {
    const third = [
      subnet('subnet-0000000c', 'vpc-00000001', 'eu-west-1c'),
      // A zone in which this VPC has nothing for an internet-facing balancer.
      subnet('subnet-000000fc', 'vpc-00000002', 'eu-west-1c', false),
    ];
    const network = { ...found.network, subnets: [...found.network.subnets, ...third] };
    const first = form({}, { ...found, network });
    const narrowed = setField(first, 'LoadBalancerSubnets', 'subnet-0000000a,subnet-0000000b');
    expect(problem(narrowed, 'HostSubnets')).toBe(
      'eu-west-1c has no subnet of the load balancer, which sends nothing to hosts there',
    );
    const both = setField(narrowed, 'HostSubnets', 'subnet-0000000a,subnet-0000000b');
    expect(problem(both, 'HostSubnets')).toBeUndefined();
    expect(values(setField(first, 'VpcId', 'vpc-00000002')).HostSubnets).toBe('subnet-000000fa,subnet-000000fb');
  });

  it('wants a name with a zone, and a zone with a name', () => {
    const named = setField(form(), 'DnsName', 'jenkins.build.example');
    expect(problem(named, 'HostedZoneId')).toMatch(/DnsName needs/);
    const both = setField(named, 'HostedZoneId', 'Z0123456789ABC');
    expect(wrongFields(both)).toEqual([]);
    expect(problem(setField(both, 'DnsName', ''), 'DnsName')).toMatch(/HostedZoneId needs/);
  });

  it('leaves the form it was given alone', () => {
    const before = form();
    const copy = structuredClone(before);
    setField(before, 'VpcId', 'vpc-00000002');
    expect(before).toEqual(copy);
  });
});
