import { perWorld } from './world.ts';

/** Throws the service's access-denied error when the session of a role may not do this. */
export type Judge = (
  session: { readonly roleArn: string; readonly name: string },
  service: string,
  operation: string,
  input: unknown,
) => void;

/** How the calls of what runs inside the world are judged: the masters' own, under their task role. */
export interface Authority {
  /** Off: they may do everything, as if their role were all-powerful. */
  enforced: boolean;
  judge: Judge;
}

export const authority = perWorld((): Authority => ({ enforced: false, judge: () => {} }));
