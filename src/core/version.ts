declare const JDCI_VERSION: string | undefined;

/** The package's version; the build writes it in. */
export const version = typeof JDCI_VERSION === 'string' ? JDCI_VERSION : '0.0.0-source';
