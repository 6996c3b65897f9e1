#pragma once

#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>

#include "server/tls/tls_material.h"

namespace replog {

// What a new connection is served with; called at each handshake, on any thread.
using TlsSource = std::function<std::shared_ptr<const TlsMaterial>()>;

// TLS 1.2 and 1.3 with what `source` says at each handshake, so that a new certificate needs no new listener.
// Clients must show a certificate if the material names who signs them. Must outlive the server that uses it.
std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(TlsSource source);

}  // namespace replog
