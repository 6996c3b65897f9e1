'use strict';
// The services of the .proto files. Nothing else of replog is used.

const path = require('node:path');

const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const root = path.join(__dirname, '..', '..', '..', 'proto');
const definition = loader.loadSync(['replog/v1/replication_log.proto', 'replog/v1/log_admin.proto'], {
  includeDirs: [root],
  keepCase: true,
  longs: String,  // what is larger than a JavaScript number can say stays exact
  oneofs: true,
  arrays: true,  // empty ones are there too
});

module.exports = { grpc, ...grpc.loadPackageDefinition(definition).replog.v1 };
