import type { Operations } from '../generated/api.ts';

/** `METHOD /path` of an operation, as the API names it. */
export type Route = {
  [Id in keyof Operations]: `${Operations[Id]['method']} ${Operations[Id]['path']}`;
}[keyof Operations];

type OperationOf<R extends Route> = Extract<
  {
    [Id in keyof Operations]: Operations[Id] & {
      route: `${Operations[Id]['method']} ${Operations[Id]['path']}`;
    };
  }[keyof Operations],
  { route: R }
>;
type Needed<Key extends string, Value> = [keyof Value] extends [never]
  ? unknown
  : { readonly [K in Key]: Value };
type QueryOf<R extends Route> = Partial<OperationOf<R>['query']>;
type BodyOf<R extends Route> = OperationOf<R>['body'] extends undefined
  ? unknown
  : undefined extends OperationOf<R>['body']
    ? { readonly body?: OperationOf<R>['body'] }
    : { readonly body: OperationOf<R>['body'] };

/** What a call takes: path parameters and body where the operation has them. */
export type CallInput<R extends Route> = Needed<'params', OperationOf<R>['params']> &
  BodyOf<R> & {
    readonly query?: QueryOf<R>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  };

type Bodies<Answers> = {
  [Status in keyof Answers]: Answers[Status] extends { body: infer Body } ? Body : never;
};
/** The body of any of the operation's successful answers. */
export type CallResult<R extends Route> = Bodies<OperationOf<R>['answers']>[keyof OperationOf<R>['answers']];

/** A refusal of the API; `code` is what programs switch on. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    answer: { code?: string; message?: string; details?: Record<string, unknown> },
    retryAfter: string | null,
  ) {
    super(answer.message ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = answer.code ?? 'UNKNOWN';
    this.details = answer.details;
    this.retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter);
  }
}

export type ApiOptions = {
  /** Origin of the server. */
  readonly baseUrl: string;
  /** In place of the global fetch. */
  readonly fetch?: typeof fetch;
  /** Keeps the sign-in cookie itself; for programs, since browsers do it and hide it. */
  readonly keepsCookies?: boolean;
  /** The access token has changed; null when the sign-in is over. */
  readonly onToken?: (accessToken: string | null) => void;
};

export type Api = {
  /** Calls an operation. Rejects with ApiError; an expired access token is refreshed once, silently. */
  call<R extends Route>(route: R, input: CallInput<R>): Promise<CallResult<R>>;
  /** Sets the access token, as a sign-in has given it; null forgets it. */
  setToken(accessToken: string | null): void;
  /** Asks for a new access token; false when the sign-in is over. */
  refresh(): Promise<boolean>;
};

const REFRESH: Route = 'POST /auth/refresh';

/** A client of the API. Tokens that an answer brings (`accessToken`) are taken over by themselves. */
export function createApi(options: ApiOptions): Api {
  return new Client(options);
}

type Input = {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

class Client implements Api {
  readonly #options: ApiOptions;
  #token: string | null = null;
  #cookies = new Map<string, string>();
  #refreshing: Promise<boolean> | null = null;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  call = async <R extends Route>(route: R, input: CallInput<R>): Promise<CallResult<R>> => {
    try {
      return (await this.#send(route, input as Input)) as CallResult<R>;
    } catch (error) {
      const isExpired = error instanceof ApiError && error.code === 'AUTH_TOKEN_EXPIRED';
      if (!isExpired || route === REFRESH || !(await this.refresh())) throw error;
      return (await this.#send(route, input as Input)) as CallResult<R>;
    }
  };

  setToken = (accessToken: string | null): void => {
    this.#token = accessToken;
    this.#options.onToken?.(accessToken);
  };

  /** One request, whoever asks: a second one would spend the token that the first has brought. */
  refresh = (): Promise<boolean> => {
    this.#refreshing ??= this.#send(REFRESH, {})
      .then(() => true)
      .catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        this.setToken(null);
        return false;
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  };

  async #send(route: Route, input: Input): Promise<unknown> {
    const [method = 'GET', template = '/'] = route.split(' ');
    const send = this.#options.fetch ?? fetch;
    const response = await send(urlOf(this.#options.baseUrl, template, input), {
      method,
      credentials: 'include',
      headers: this.#headers(input),
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    });
    this.#keepCookies(response);
    const answer = await readBody(response);
    if (!response.ok)
      throw new ApiError(response.status, (answer ?? {}) as object, response.headers.get('retry-after'));
    const token = (answer as { accessToken?: unknown } | undefined)?.accessToken;
    if (typeof token === 'string') this.setToken(token);
    return answer;
  }

  #headers(input: Input): Record<string, string> {
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      accept: 'application/json',
      ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(cookies === '' ? {} : { cookie: cookies }),
      ...input.headers,
    };
  }

  #keepCookies(response: Response): void {
    if (!this.#options.keepsCookies) return;
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      const isGone = value === '' || /;\s*max-age=0/i.test(line);
      if (isGone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

function urlOf(baseUrl: string, template: string, { params = {}, query = {} }: Input): string {
  const path = template.replace(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const url = new URL(path, baseUrl);
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) url.searchParams.append(name, String(one));
  return url.href;
}

/** JSON as a value, other texts as they are, nothing as undefined. */
async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
}
