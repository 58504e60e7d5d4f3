import { StringDecoder } from 'node:string_decoder';
import { EC2Client, type Reservation } from '@aws-sdk/client-ec2';
import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
import { breathe } from '../core/event-loop.ts';
import type { ClientConfig } from './clients.ts';

/** Instances read at a time: two or three milliseconds of the SDK's work. */
const instancesABite = 20;

/**
 * What is most of an instance's description and of no use to this program; left out before it is read. None of these
 * elements has another of its own name inside, and text in them cannot look like a tag, since `<` is written `&lt;`.
 */
const unread =
  /<(networkInterfaceSet|blockDeviceMapping|groupSet|stateReason|monitoring|iamInstanceProfile|cpuOptions|metadataOptions|maintenanceOptions|enclaveOptions|hibernationOptions|privateDnsNameOptions|capacityReservationSpecification|operator|networkPerformanceOptions|productCodes)>[\s\S]*?<\/\1>/g;

/**
 * EC2's client for whole pages of a farm's instances. A page of 1,000 has some six megabytes of XML, which the SDK reads
 * in one go, holding the screen for a third of a second and hundreds of megabytes. This one has the SDK read it in bites
 * while it arrives. Answers other than to DescribeInstances are the SDK's own. Of reservations only their instances are
 * kept, and of instances not what is listed above.
 */
export class InstancePagesClient extends EC2Client {
  constructor(config: ClientConfig) {
    super({ ...config, protocol: InstancePagesProtocol });
  }
}

type Deserialize = AwsEc2QueryProtocol['deserializeResponse'];

class InstancePagesProtocol extends AwsEc2QueryProtocol {
  override async deserializeResponse<Output extends Awaited<ReturnType<Deserialize>>>(
    ...[schema, context, response]: Parameters<Deserialize>
  ): Promise<Output> {
    if (response.statusCode >= 300) return super.deserializeResponse<Output>(schema, context, response);
    const Reservations: Reservation[] = [];
    let answer: (Output & { Reservations?: Reservation[] }) | undefined;
    for await (const document of documents(response.body)) {
      await breathe();
      const part = new HttpResponse({ ...response, body: Buffer.from(document) });
      answer = await super.deserializeResponse<Output & { Reservations?: Reservation[] }>(schema, context, part);
      if (answer.Reservations) Reservations.push(...answer.Reservations);
    }
    if (!answer) throw new SyntaxError('an empty answer');
    // The last document is the envelope, with the token of the next page.
    return { ...answer, Reservations };
  }
}

/**
 * Takes an answer to DescribeInstances apart: documents of the same form with some of its instances each, and at the end
 * one with everything else. A body that breaks off ends in a document that breaks off too, which the SDK refuses.
 */
export async function* documents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  const cutter = new Cutter();
  for await (const chunk of body) {
    cutter.take(decoder.write(chunk));
    while (cutter.found >= instancesABite) yield cutter.bite();
  }
  cutter.take(decoder.end());
  while (cutter.found > 0) yield cutter.bite();
  yield cutter.envelope();
}

/** Where in the answer the unread text begins. */
type Place = 'envelope' | 'reservations' | 'instances';

class Cutter {
  #text = '';
  /** Up to where the text has been read. */
  #at = 0;
  #place: Place = 'envelope';
  #envelope = '';
  /** Whole instances that were found, without what is not read. */
  #items: string[] = [];

  take(text: string): void {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    while (this.#step());
  }

  /** How many instances wait to be read. */
  get found(): number {
    return this.#items.length;
  }

  /** A document with the next of them. */
  bite(): string {
    const items = this.#items.splice(0, instancesABite).join('');
    return `<DescribeInstancesResponse><reservationSet><item><instancesSet>${items}</instancesSet></item></reservationSet></DescribeInstancesResponse>`;
  }

  /** What stands around the reservations; of a body that broke off among them, also where it did. */
  envelope(): string {
    const rest = this.#text.slice(this.#at);
    return this.#place === 'envelope' ? this.#envelope + rest : `${this.#envelope}<reservationSet>${rest}`;
  }

  /** Reads on by one element; false: it needs more text. */
  #step(): boolean {
    switch (this.#place) {
      case 'envelope':
        return this.#enterReservations();
      case 'reservations':
        return this.#nextReservation();
      case 'instances':
        return this.#nextInstance();
    }
  }

  #enterReservations(): boolean {
    const tag = this.#find(/<reservationSet>/g);
    if (!tag) return false;
    this.#envelope += this.#text.slice(this.#at, tag.index);
    return this.#goOn(tag.end, 'reservations');
  }

  #nextReservation(): boolean {
    const tag = this.#find(/<instancesSet>|<\/reservationSet>/g);
    return tag !== undefined && this.#goOn(tag.end, tag.text === '<instancesSet>' ? 'instances' : 'envelope');
  }

  #nextInstance(): boolean {
    const tag = this.#find(/<item>|<\/instancesSet>/g);
    if (!tag) return false;
    if (tag.text !== '<item>') return this.#goOn(tag.end, 'reservations');
    const end = itemEnd(this.#text, tag.index);
    if (end === undefined) return false;
    this.#items.push(this.#text.slice(tag.index, end).replace(unread, ''));
    return this.#goOn(end, 'instances');
  }

  #find(tags: RegExp): { index: number; end: number; text: string } | undefined {
    tags.lastIndex = this.#at;
    const found = tags.exec(this.#text);
    return found ? { index: found.index, end: tags.lastIndex, text: found[0] } : undefined;
  }

  #goOn(at: number, place: Place): true {
    this.#at = at;
    this.#place = place;
    return true;
  }
}

/** Where the `<item>` that begins at `from` ends, with the items inside it; undefined: not in this text. */
function itemEnd(text: string, from: number): number | undefined {
  const tags = /<(\/?)item>/g;
  tags.lastIndex = from;
  let depth = 0;
  for (let tag = tags.exec(text); tag; tag = tags.exec(text)) {
    depth += tag[1] === '' ? 1 : -1;
    if (depth === 0) return tags.lastIndex;
  }
  return undefined;
}
