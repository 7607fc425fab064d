import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

/** One request as it goes over the wire: the path is sent as it is written. */
export type Question = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer | undefined;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed where it is JSON; undefined without a body. */
  readonly body: unknown;
};

export type Wire = {
  ask(question: Question): Promise<Answer>;
  /** Writes bytes onto a connection of their own and gives what comes back until it is closed. */
  shout(...bytes: (string | Buffer)[]): Promise<string>;
  close(): void;
};

/** Real HTTP on real sockets, without a client that would mend what is asked. */
export function openWire(url: string): Wire {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true });
  const once = ({ method, path, headers, body }: Question) =>
    new Promise<Answer>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const sent = request(
        { hostname, port, agent, method, path, headers: { ...length, ...headers } },
        (reply) => {
          const pieces: Buffer[] = [];
          reply.on('data', (piece) => pieces.push(piece));
          reply.on('error', reject);
          reply.on('end', () =>
            resolve(toAnswer(reply.statusCode ?? 0, reply.headers, Buffer.concat(pieces))),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    // A connection that the server has just closed is tried once more, as every client does.
    ask: (question) =>
      once(question).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return once(question);
        throw error;
      }),
    shout: (...bytes) => shout(hostname, Number(port), bytes),
    close: () => agent.destroy(),
  };
}

function toAnswer(status: number, headers: IncomingHttpHeaders, bytes: Buffer): Answer {
  const text = bytes.toString();
  const isJson = headers['content-type']?.startsWith('application/json') && text !== '';
  return { status, headers, text, body: isJson ? JSON.parse(text) : text === '' ? undefined : text };
}

function shout(host: string, port: number, bytes: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(port, host, () => {
      for (const piece of bytes) socket.write(piece);
    });
    socket.on('data', (piece) => {
      got += piece;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(got));
  });
}
