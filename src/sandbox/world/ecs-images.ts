import { pull } from './ecr.ts';
import { ServiceError } from './service-error.ts';
import type { World } from './world.ts';

/** The repository's name in an image reference: `jdci-master` in `…amazonaws.com/jdci-master@sha256:…`. */
export function repositoryOf(image: string): string {
  const [withoutDigest = ''] = image.split('@');
  const last = withoutDigest.slice(withoutDigest.indexOf('/') + 1);
  // A colon after the last slash begins a tag; before it, a registry's port.
  return last.replace(/:[^/]*$/, '');
}

/** Looks an image up for a pull. Images of other registries are taken to be there, with a digest nobody knows. */
export function pullImage(world: World, image: string): { digest: string | undefined } | { error: string } {
  try {
    return { digest: pull(world, image)?.digest };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return {
      error: `CannotPullContainerError: The task can't pull the image '${image}'. Check that the image exists. Error response from daemon: manifest for ${error.message}`,
    };
  }
}
