import type { Routes, Subnet, Vpc } from '../aws/network-discovery.ts';
import type { Problem } from '../core/problem.ts';

/** One parameter of the template as a field of the form. */
export interface Field {
  /** The template's parameter name. */
  readonly name: string;
  /** From AWS::CloudFormation::Interface, else the name. */
  readonly label: string;
  /** The template's own description. */
  readonly description: string;
  /** CloudFormation type: `String`, `Number`, `AWS::EC2::VPC::Id`, `List<AWS::EC2::Subnet::Id>`, … */
  readonly type: string;
  readonly value: string;
  /** Where the value came from. */
  readonly source: 'flag' | 'file' | 'previous' | 'discovered' | 'default' | 'typed' | 'missing';
  readonly required: boolean;
  readonly noEcho: boolean;
  /** What may be chosen: allowed values, or what discovery found. `value` is comma-separated for lists. */
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  /** A list parameter: several choices may be taken. */
  readonly many: boolean;
  readonly rule: {
    readonly allowedValues?: readonly string[];
    readonly allowedPattern?: string;
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly minValue?: number;
    readonly maxValue?: number;
    readonly constraintDescription?: string;
  };
  /** Why the value cannot be taken, one line; absent when it can. */
  readonly problem?: string;
}

export interface FieldGroup {
  readonly label: string;
  readonly fields: readonly Field[];
}

export interface ParameterForm {
  readonly groups: readonly FieldGroup[];
  /** One line each: what discovery could not find out, then what preflight warns of with the values as they are. */
  readonly notes: readonly string[];
  /** The part of `notes` that no value changes. */
  readonly discoveryNotes: readonly string[];
  /** What the choices of VPC and subnets are made of; they change with the VPC. */
  readonly network: {
    readonly vpcs: readonly Vpc[];
    readonly subnets: readonly Subnet[];
    /** Absent when it could not be found out. */
    readonly routes?: Routes;
  };
  /** The stack that is there already: the form then changes it. */
  readonly existing?: { readonly id: string; readonly status: string };
}

/** One resource of a change set. */
export interface ProposedChange {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  readonly replacement?: string;
}

export interface Proposal {
  readonly stack: string;
  readonly changeSetArn: string;
  readonly stackId: string;
  /** The stack did not exist before, not even in REVIEW_IN_PROGRESS: discarding the proposal takes it away again. */
  readonly madeStack: boolean;
  /** The newest event before the change set was proposed: what comes after it belongs to this operation. */
  readonly lastEventId?: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly changes: readonly ProposedChange[];
}

export interface ResourceProgress {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** Farm time, ms. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export interface ProvisionProgress {
  readonly stackStatus: string;
  readonly startedAt: number;
  readonly resources: readonly ResourceProgress[];
  readonly done: number;
  readonly total: number;
  readonly finished: boolean;
  readonly succeeded: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  /** The earliest failure that is not a cancellation. */
  readonly rootCause?: RootCause;
  /** A master's tasks that do not start: CloudFormation would go on waiting for hours. */
  readonly failingTasks?: FailingTasks;
  /** Why the newest look gave no answer; what is shown is then of the look before. */
  readonly problem?: Problem;
}

export interface FailingTasks {
  readonly slot: string;
  /** Tasks of the slot that have stopped since the operation began. */
  readonly failures: number;
  /** ECS' own words about the newest of them. */
  readonly reason: string;
}

export interface RootCause {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;
}
