import type { VirtualRequest } from '../world/network.ts';

/** Parameters of a request: of its query and, in a form of either kind, of its body. */
export function formOf(url: URL, request: VirtualRequest): URLSearchParams {
  const form = new URLSearchParams(url.search);
  const type = request.headers['content-type'] ?? '';
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  const fields =
    boundary !== undefined
      ? multipart(request.body, boundary)
      : /^application\/x-www-form-urlencoded/i.test(type)
        ? new URLSearchParams(request.body)
        : [];
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

function multipart(body: string, boundary: string): [string, string][] {
  return body.split(`--${boundary}`).flatMap((part) => {
    const end = part.indexOf('\r\n\r\n');
    const name = /^content-disposition:.*\bname="([^"]*)"/im.exec(part.slice(0, end))?.[1];
    return end < 0 || name === undefined ? [] : [[name, part.slice(end + 4).replace(/\r\n$/, '')] as [string, string]];
  });
}
