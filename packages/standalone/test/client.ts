/** A client of the public doors, as anybody could write it. */
export class Client {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async graphql<R>(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<R> {
    const answer = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#key}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: R; errors?: unknown };
    if (errors || !data) throw new Error(`${answer.status} ${JSON.stringify(errors, null, 1)}`);
    return data;
  }

  async request(
    method: string,
    path: string,
    options: { body?: unknown; raw?: string | Buffer; headers?: Record<string, string> } = {},
  ) {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.raw === undefined && options.body === undefined
        ? {}
        : {
            body:
              typeof options.raw === 'object'
                ? new Uint8Array(options.raw)
                : (options.raw ?? JSON.stringify(options.body)),
          }),
    });
    const text = await answer.text();
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it gets
    const body: any = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    return { status: answer.status, headers: answer.headers, body };
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it gets
  async get(path: string, headers: Record<string, string> = {}): Promise<any> {
    const { status, body } = await this.request('GET', path, { headers });
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  import(source: string, log: string | Buffer) {
    return this.request('POST', `/v1/imports?format=sarif&source=${source}`, {
      raw: log,
      headers: { 'content-type': 'application/sarif+json' },
    });
  }
}
