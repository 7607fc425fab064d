/** A bare Fastify with one route that answers with an empty object. */
import Fastify from 'fastify';

const app = Fastify();
app.get('/', () => ({}));
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ url })}\n`);
