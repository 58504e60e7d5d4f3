import type { SecretUser } from '../aws/secrets-manager.ts';
import { ProblemError } from '../core/problem.ts';
import type { MasterAccess } from '../jenkins/master-client.ts';

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** Reads one version of the viewer's secret; throws ProblemError. */
export type ReadSecret = (stage: Stage) => Promise<SecretUser>;

/**
 * The viewer's token: read once, and again only when a master refuses it. A master keeps the token of its own start, so
 * after a rotation old and new masters want different versions.
 */
export class ViewerAccess {
  readonly #known = new Map<Stage, Promise<MasterAccess>>();

  /** The version of this stage; a failed read is forgotten, so that the next round tries again. */
  get(stage: Stage, read: ReadSecret): Promise<MasterAccess> {
    const known = this.#known.get(stage);
    if (known) return known;
    const asked = read(stage).then(({ username, token }) => ({ username, apiToken: `11${token}` }));
    this.#known.set(stage, asked);
    asked.catch(() => this.#known.delete(stage));
    return asked;
  }

  /** Forgets what was read: both versions are refused, so the secret must have changed. */
  forget(): void {
    this.#known.clear();
  }

  /** The version before, or undefined when there is none: a secret that never changed has no AWSPREVIOUS. */
  async previous(read: ReadSecret): Promise<MasterAccess | undefined> {
    try {
      return await this.get('AWSPREVIOUS', read);
    } catch (error) {
      if (error instanceof ProblemError && error.problem.kind === 'not-found') return undefined;
      throw error;
    }
  }
}
