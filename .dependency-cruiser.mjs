// The floors of the house (docs/architecture.md): each folder of src/ may import itself and what this table names.
const floors = {
  core: [],
  terminal: ['core'],
  jenkins: ['terminal', 'core'],
  aws: ['terminal', 'core'],
  farm: ['aws', 'jenkins', 'terminal', 'core'],
  actions: ['farm', 'aws', 'jenkins', 'terminal', 'core'],
  drills: ['actions', 'farm', 'aws', 'jenkins', 'terminal', 'core'],
  provision: ['actions', 'farm', 'aws', 'jenkins', 'terminal', 'core'],
  hooks: ['provision', 'drills', 'actions', 'farm', 'terminal', 'core'],
  components: ['terminal', 'core'],
  screens: ['hooks', 'components', 'provision', 'drills', 'actions', 'farm', 'terminal', 'core'],
  sandbox: ['core'],
};

const crossings = Object.entries(floors).map(([room, below]) => ({
  name: `floor-${room}`,
  comment: `src/${room} may import only src/{${[room, ...below].join(',')}}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...below].join('|')})/` },
}));

export default {
  forbidden: [
    ...crossings,
    {
      name: 'sandbox-only-by-commands',
      comment: 'only commands load the sandbox, so that nothing else can know that it is one',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox|commands)/' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'no-react-below-hooks',
      severity: 'error',
      from: { path: '^src/(core|terminal|aws|jenkins|farm|actions|drills|provision|sandbox)/' },
      to: { path: 'node_modules/(react|ink|@inkjs)/' },
    },
    {
      name: 'aws-sdk-only-in-aws-and-sandbox',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(aws|sandbox)/' },
      to: { path: 'node_modules/(@aws-sdk|@smithy)/' },
    },
    {
      name: 'jenkins-client-only-in-jenkins',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/jenkins/' },
      to: { path: 'node_modules/jenkins/' },
    },
    { name: 'no-circles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
