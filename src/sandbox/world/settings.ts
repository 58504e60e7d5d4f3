/** A delay drawn uniformly from [from, to], in seconds of world time. */
export type Range = readonly [from: number, to: number];

/**
 * What a world is like. The defaults give the source article's figures: a lost host is replaced and serving in 3 to 4
 * minutes, an agent is ready about 90 s after it is wanted.
 */
export interface Settings {
  region: string;
  account: string;
  zones: readonly string[];
  /** EC2 instances. */
  instance: {
    /** pending → running. */
    pending: Range;
    /** running → operating system up: user data has run, services answer. */
    boot: Range;
    /** running → both status checks `ok`. */
    statusChecks: Range;
    /** shutting-down → terminated. */
    shuttingDown: Range;
    /** How long a terminated instance is still described. */
    terminatedVisible: number;
  };
  autoScaling: {
    /** How often the group looks at its instances' EC2 state. A lost instance is noticed within this time. */
    healthCheckSeconds: number;
    /** Decision → RunInstances. */
    launch: Range;
  };
  ecs: {
    /** Operating system up → container instance ACTIVE. */
    agentRegister: Range;
    /** How often the service scheduler looks at a service. */
    schedulerSeconds: number;
    /** PROVISIONING and PENDING, without the image pull. */
    pending: Range;
    /** Pulling the image, once per host. */
    imagePull: Range;
    /** Termination of an instance → its container instance and tasks are gone for ECS. */
    hostLost: Range;
    /** How long a stopped task is still described. */
    stoppedVisible: number;
  };
  loadBalancer: {
    /** Registering an instance → first health check. */
    registration: Range;
  };
  jenkins: {
    /** Container start → `/health/` answers 200. */
    boot: Range;
    /** SIGTERM → the JVM has ended. */
    stop: Range;
    /** Pause between a queue item that wants an agent and RunInstances. */
    provisionDecision: Range;
    /** Operating system up → SSH answers, init script done, remoting connected. */
    agentConnect: Range;
  };
  /** The build load on the masters. */
  load: {
    /** New builds an hour, over all masters; 0: none. */
    buildsPerHour: number;
    /** How long a build runs. */
    duration: Range;
    /** Builds kept waiting, over all masters, whatever else is started: a queue that never empties. Absent: none. */
    queued?: number;
  };
  cloudformation: {
    /** Creation delay of a resource that has no state machine of its own. */
    resource: Range;
    /** How often a resource that has one is looked at until it is stable. */
    pollSeconds: number;
    /** CreateChangeSet → CREATE_COMPLETE. */
    changeSet: Range;
  };
  /** A farm beyond what the template allows, where a provisioned one is asked for. */
  largeFarm?: LargeFarm;
}

/** How large: its agents are all at work and its queue is full when the world begins. */
export interface LargeFarm {
  masters: number;
  /** The cap of the farm's agents. */
  agents: number;
  queued: number;
}

export const defaultSettings: Settings = {
  region: 'eu-west-1',
  account: '123456789012',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  instance: {
    pending: [6, 12],
    boot: [35, 50],
    statusChecks: [100, 140],
    shuttingDown: [20, 40],
    terminatedVisible: 3600,
  },
  autoScaling: { healthCheckSeconds: 60, launch: [2, 6] },
  ecs: {
    agentRegister: [6, 12],
    schedulerSeconds: 5,
    pending: [2, 5],
    imagePull: [25, 40],
    hostLost: [4, 10],
    stoppedVisible: 3600,
  },
  loadBalancer: { registration: [3, 8] },
  jenkins: { boot: [35, 50], stop: [3, 8], provisionDecision: [3, 8], agentConnect: [25, 35] },
  load: { buildsPerHour: 60, duration: [60, 420] },
  cloudformation: { resource: [2, 8], pollSeconds: 5, changeSet: [3, 6] },
};
