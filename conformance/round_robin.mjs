// A loopback proxy in front of several nodes.
import { Agent, createServer, request } from 'node:http';

/** Each request goes to the next node that lives; a node that does not answer is passed over once. */
export class RoundRobin {
  #turn = 0;
  #agent = new Agent({ keepAlive: true });

  async start(ports) {
    this.ports = ports;
    this.server = createServer((incoming, outgoing) => {
      const chunks = [];
      incoming
        .on('data', (chunk) => chunks.push(chunk))
        .on('end', () => this.#forward(incoming, Buffer.concat(chunks), outgoing));
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  #forward(incoming, body, outgoing, passed = 0) {
    const port = this.ports[this.#turn++ % this.ports.length];
    let answered = false;
    const onward = request(
      {
        host: '127.0.0.1',
        port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
        agent: this.#agent,
      },
      (answer) => {
        answered = true;
        outgoing.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
      },
    );
    onward.on('error', (error) => {
      // Only what surely never arrived may be sent again; anything else is the client's to repeat.
      if (!answered && error.code === 'ECONNREFUSED' && passed < this.ports.length)
        this.#forward(incoming, body, outgoing, passed + 1);
      else if (!outgoing.headersSent) outgoing.writeHead(502).end();
      else outgoing.destroy();
    });
    onward.end(body);
  }

  stop() {
    this.#agent.destroy();
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
