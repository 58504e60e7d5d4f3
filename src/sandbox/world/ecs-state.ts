import type {
  CapacityProviderUpdateStatus,
  ClusterConfiguration,
  ContainerDefinition,
  CreateServiceRequest,
  HealthStatus,
  NetworkBinding,
  RegisterTaskDefinitionRequest,
  ServiceDeploymentStatus,
  TaskOverride,
  TaskStopCode,
} from '@aws-sdk/client-ecs';
import type { Instance } from './ec2.ts';
import type { Tags } from './tags.ts';
import { perWorld, Signal, type Timer } from './world.ts';

/** All times are milliseconds of world time. */

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  status: 'ACTIVE' | 'INACTIVE';
  readonly tags: Tags;
  settings: { name: string; value: string }[];
  configuration?: ClusterConfiguration;
  /** Names of its capacity providers; absent: never any. */
  capacityProviders?: string[];
  /** What ECS is doing for its capacity providers, when it has done anything. */
  attachments?: { id: string; status: 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE' };
  /** By name; a deleted service stays as INACTIVE until its name is used again. */
  readonly services: Map<string, Service>;
  /** By id; stopped tasks as long as they are visible. */
  readonly tasks: Map<string, Task>;
  /** By id. */
  readonly containerInstances: Map<string, ContainerInstance>;
}

/** A capacity provider over an Auto Scaling group. Of its powers only managed draining does anything here. */
export interface CapacityProvider {
  readonly name: string;
  readonly arn: string;
  readonly groupName: string;
  readonly groupArn: string;
  managedDraining: 'ENABLED' | 'DISABLED';
  updateStatus?: CapacityProviderUpdateStatus;
  updateStatusReason?: string;
  readonly tags: Tags;
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** DELETED: nobody sees it any more; its number is not given again. */
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS' | 'DELETED';
  readonly registeredAt: number;
  deregisteredAt?: number;
  deleteRequestedAt?: number;
  readonly registeredBy: string;
  /** What was registered, with the API's defaults filled in. */
  readonly spec: RegisterTaskDefinitionRequest;
  readonly containers: readonly ContainerDefinition[];
  /** CPU units and MiB that a task of it reserves on a host. */
  readonly cpu: number;
  readonly memory: number;
  /** Fixed ports it takes on a host. */
  readonly hostPorts: readonly number[];
  readonly tags: Tags;
}

export interface Deployment {
  readonly id: string;
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  readonly definition: TaskDefinition;
  readonly createdAt: number;
  updatedAt: number;
  failedTasks: number;
  rollout: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutReason: string;
  /** What the service was to be like, with everything that the deployment brought. */
  readonly spec: CreateServiceRequest;
}

/** One attempt to bring a deployment about, as ListServiceDeployments tells it. */
export interface ServiceDeployment {
  readonly arn: string;
  readonly target: Deployment;
  /** What was PRIMARY before. */
  readonly source?: Deployment;
  readonly createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  status: ServiceDeploymentStatus;
  statusReason?: string;
  rollback?: { startedAt: number; reason: string; target: Deployment };
}

export interface ServiceEvent {
  readonly id: string;
  readonly at: number;
  readonly message: string;
}

export interface Service {
  readonly name: string;
  readonly arn: string;
  readonly cluster: Cluster;
  readonly createdAt: number;
  readonly createdBy: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  /** What was asked at creation, with later changes; what the scheduler reads is in the members beside it. */
  spec: CreateServiceRequest;
  desiredCount: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  graceSeconds: number;
  readonly tags: Tags;
  /** Newest first; the first is PRIMARY. */
  deployments: Deployment[];
  /** Newest first. */
  history: ServiceDeployment[];
  /** Newest first, at most 100. */
  events: ServiceEvent[];
  /** Tasks that have not stopped. */
  readonly tasks: Set<Task>;
  steady: boolean;
  /** When it last said that it was steady; it says so again every six hours. */
  steadySaidAt: number;
  /** Tasks in a row that never reached RUNNING. */
  failedStarts: number;
  /** Back-off: no task is started before. */
  nextStartAt: number;
  /** The last complaint about placement, so that it is not said every few seconds. */
  complaint?: { message: string; at: number };
}

export interface ContainerInstance {
  readonly id: string;
  readonly arn: string;
  readonly cluster: Cluster;
  readonly instance: Instance;
  readonly registeredAt: number;
  status: 'ACTIVE' | 'DRAINING' | 'DEREGISTERING' | 'INACTIVE';
  agentConnected: boolean;
  readonly cpu: number;
  readonly memory: number;
  readonly attributes: Map<string, string>;
  readonly tags: Tags;
  /** The capacity provider that its group had in the cluster when it joined. */
  readonly capacityProvider?: string;
  /** Tasks that have not stopped. */
  readonly tasks: Set<Task>;
  /** Images that were pulled before. */
  readonly images: Set<string>;
  /** What the agent will tell when it is connected again. */
  readonly backlog: (() => void)[];
  version: number;
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly containerInstance: ContainerInstance;
  readonly service?: Service;
  readonly deployment?: Deployment;
  readonly group: string;
  readonly startedBy?: string;
  readonly overrides: TaskOverride;
  readonly executeCommand: boolean;
  readonly tags: Tags;
  readonly containers: Container[];
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  health: HealthStatus;
  readonly createdAt: number;
  connectedAt?: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: TaskStopCode;
  stoppedReason?: string;
  /** The scheduler does not choose it for a scale-in or a deployment before. */
  protectedUntil?: number;
  /** Whether its host is registered in its load balancers on its account. */
  balanced: boolean;
  version: number;
  readonly timers: Set<Timer>;
}

export interface Container {
  readonly arn: string;
  readonly name: string;
  readonly definition: ContainerDefinition;
  imageDigest?: string;
  runtimeId?: string;
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  exitCode?: number;
  reason?: string;
  health: HealthStatus;
  networkBindings: NetworkBinding[];
  process?: Process;
}

/** What runs in a container. Neither call is answered: the process ends by {@link ProcessContext.exit}. */
export interface Process {
  /** SIGTERM. */
  terminate(): void;
  /** SIGKILL, or the host is gone: nothing runs any more, and nobody is told. */
  kill(): void;
}

/** What a process has from the container it runs in. */
export interface ProcessContext {
  readonly task: Task;
  readonly container: Container;
  readonly host: Instance;
  readonly environment: ReadonlyMap<string, string>;
  /** The host's port that a container port is bound to. */
  hostPort(containerPort: number): number | undefined;
  /** Writes a line to the container's log. */
  log(line: string): void;
  exit(code: number): void;
}

/** Starts what an image holds. */
export type Program = (context: ProcessContext) => Process;

class EcsState {
  readonly clusters = new Map<string, Cluster>();
  /** By name. */
  readonly capacityProviders = new Map<string, CapacityProvider>();
  /** By family, oldest revision first. */
  readonly families = new Map<string, TaskDefinition[]>();
  /** By image repository: `jdci-master`. */
  readonly programs = new Map<string, Program>();
  readonly taskChanged = new Signal<Task>();
}

/** Amazon ECS of a world. */
export const ecs = perWorld(() => new EcsState());
