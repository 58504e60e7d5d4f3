import { NodeHttpHandler } from '@smithy/node-http-handler';
import { breathe } from '../core/event-loop.ts';

/** An answer that is no AWS answer: a captive portal, a proxy's page. */
export class NotAwsAnswer extends Error {
  constructor(contentType: string, status: number) {
    super(`answered with ${contentType} (HTTP ${status})`);
    this.name = 'NotAwsAnswer';
  }
}

/**
 * The SDK's own handler, which refuses HTML. A web page under status 200 reads as an empty answer to the XML services: no
 * stack, no instances. That is the one thing that must never be believed.
 */
export class AwsHttpHandler extends NodeHttpHandler {
  override async handle(...args: Parameters<NodeHttpHandler['handle']>): ReturnType<NodeHttpHandler['handle']> {
    const answer = await super.handle(...args);
    const { headers, statusCode } = answer.response;
    const contentType = headers['content-type'] ?? '';
    // A 5xx page comes from a balancer in between and is worth the SDK's own retries.
    if (/^text\/html\b/i.test(contentType) && statusCode < 500) throw new NotAwsAnswer(contentType, statusCode);
    // The SDK reads the body next.
    await breathe();
    return answer;
  }
}
