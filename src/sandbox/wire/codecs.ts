import type { Codec } from './codec.ts';
import { jsonCodec } from './json.ts';
import { type Profile, type Protocol, profiles } from './profile.ts';
import { ec2Codec, queryCodec } from './query.ts';
import { restXmlCodec } from './rest-xml.ts';

const make: Record<Protocol, (profile: Profile) => Codec> = {
  json: jsonCodec,
  query: queryCodec,
  ec2: ec2Codec,
  'rest-xml': restXmlCodec,
};

const made = new Map<string, Codec>();

/** The codec of the service with this signing name, if the sandbox knows how that service speaks. */
export function codecOf(signingName: string): Codec | undefined {
  const profile = Object.hasOwn(profiles, signingName) ? profiles[signingName] : undefined;
  if (!profile) return undefined;
  let codec = made.get(signingName);
  if (!codec) {
    codec = make[profile.protocol](profile);
    made.set(signingName, codec);
  }
  return codec;
}
