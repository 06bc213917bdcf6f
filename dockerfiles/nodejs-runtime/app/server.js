// server.js - an example of a service: answers the JSON that is posted with its keys in order.
'use strict';
const http = require('http');

function sorted(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

function answer(response, status, body = '') {
  response.writeHead(status, {'Content-Length': Buffer.byteLength(body)});
  response.end(body);
}

const server = http.createServer((request, response) => {
  if (request.method === 'GET') return answer(response, request.url === '/healthz' ? 200 : 404);
  let text = '';
  request.on('data', (chunk) => { text += chunk; });
  request.on('end', () => {
    try {
      answer(response, 200, JSON.stringify(sorted(JSON.parse(text))));
    } catch (error) {
      answer(response, 400, `${error.message}\n`);
    }
  });
});

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(Number(process.env.PORT), () => {
  console.log(`Node.js ${process.version}: listening on port ${server.address().port}`);
});
