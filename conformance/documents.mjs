// Serves client ID metadata documents over TLS on loopback, under an authority of this run's own.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

/** Makes an authority and a certificate for loopback; answers the paths. */
export function certificates(folder) {
  const path = (name) => join(folder, name);
  const openssl = (...words) =>
    execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=conformance authority',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign',
  );
  openssl(
    'req',
    ...key,
    '-keyout',
    path('leaf.key'),
    '-out',
    path('leaf.csr'),
    '-subj',
    '/CN=localhost',
  );
  writeFileSync(
    path('leaf.ext'),
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    path('leaf.csr'),
    '-CA',
    path('ca.pem'),
    '-CAkey',
    path('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-out',
    path('leaf.pem'),
    '-extfile',
    path('leaf.ext'),
  );
  return { authority: path('ca.pem'), key: path('leaf.key'), certificate: path('leaf.pem') };
}

/** A little web site of metadata documents: `publish` answers the client id. */
export class Documents {
  #documents = new Map();

  async start({ key, certificate }) {
    const options = { key: readFileSync(key), cert: readFileSync(certificate) };
    this.server = createServer(options, (request, response) => {
      const document = this.#documents.get(request.url);
      response.writeHead(document ? 200 : 404, {
        'content-type': 'application/json',
        'cache-control': 'max-age=300',
      });
      response.end(JSON.stringify(document ?? { error: 'unknown' }));
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.origin = `https://localhost:${this.server.address().port}`;
    return this;
  }

  publish(name, metadata) {
    const path = `/clients/${name}.json`;
    const id = this.origin + path;
    this.#documents.set(path, {
      client_id: id,
      client_name: name,
      token_endpoint_auth_method: 'none',
      ...metadata,
    });
    return id;
  }

  /** Anything else that a document points at, such as a key set. */
  serve(path, body) {
    this.#documents.set(path, body);
    return this.origin + path;
  }

  stop() {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
