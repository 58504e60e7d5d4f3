/** A permission as Jenkins names it, and those by which one has it too, the next one first. */
interface Described {
  readonly title: string;
  readonly id: string;
  readonly impliedBy: readonly string[];
}

const administer = 'hudson.model.Hudson.Administer';
const generic = (...names: string[]) => [
  ...names.map((name) => `hudson.security.Permission.Generic${name}`),
  administer,
];

/** What the actions of the Remote API want. The viewer has `read`, also of jobs and views; the operator has all. */
export const permissions = {
  read: { title: 'Overall/Read', id: 'hudson.model.Hudson.Read', impliedBy: generic('Read') },
  administer: { title: 'Overall/Administer', id: administer, impliedBy: [] },
  build: { title: 'Job/Build', id: 'hudson.model.Item.Build', impliedBy: generic('Update', 'Write') },
  cancel: { title: 'Job/Cancel', id: 'hudson.model.Item.Cancel', impliedBy: generic('Update', 'Write') },
  configureJob: {
    title: 'Job/Configure',
    id: 'hudson.model.Item.Configure',
    impliedBy: generic('Configure', 'Update', 'Write'),
  },
  createJob: { title: 'Job/Create', id: 'hudson.model.Item.Create', impliedBy: generic('Create', 'Write') },
  deleteJob: { title: 'Job/Delete', id: 'hudson.model.Item.Delete', impliedBy: generic('Delete', 'Write') },
  updateRun: { title: 'Run/Update', id: 'hudson.model.Run.Update', impliedBy: generic('Update', 'Write') },
  deleteRun: { title: 'Run/Delete', id: 'hudson.model.Run.Delete', impliedBy: generic('Delete', 'Write') },
  connect: {
    title: 'Agent/Connect',
    id: 'hudson.model.Computer.Connect',
    impliedBy: ['hudson.model.Computer.Disconnect', administer],
  },
  disconnect: { title: 'Agent/Disconnect', id: 'hudson.model.Computer.Disconnect', impliedBy: [administer] },
  deleteAgent: { title: 'Agent/Delete', id: 'hudson.model.Computer.Delete', impliedBy: generic('Delete', 'Write') },
  provision: { title: 'Agent/Provision', id: 'hudson.model.Computer.Provision', impliedBy: [administer] },
} as const satisfies Readonly<Record<string, Described>>;

export type Permission = keyof typeof permissions;
