#include "tests/support/certificates.h"

#include <stdexcept>
#include <vector>

#include "tests/support/child_process.h"

namespace replog::testing {
namespace {

void OpenSsl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/openssl");
  const Finished finished = RunProgram(arguments);
  if (finished.exit_code != 0) throw std::runtime_error("openssl " + arguments[1] + ": " + finished.err);
}

// What both kinds begin with: a key of a kind that takes no time to make.
std::vector<std::string> Request(const std::string& name, const std::string& key) {
  return {"req",    "-newkey", "ec",          "-pkeyopt", "ec_paramgen_curve:P-256",
          "-nodes", "-subj",   "/CN=" + name, "-keyout",  key};
}

}  // namespace

void Certificates::MakeAuthority(const std::string& name) const {
  auto arguments = Request(name, Key(name));
  arguments.insert(arguments.end(), {"-x509", "-days", "3650", "-out", Pem(name)});
  OpenSsl(arguments);
}

void Certificates::Make(const std::string& name, const std::string& authority, const std::string& names,
                        int days) const {
  const std::string request = directory_ / (name + ".csr");
  auto arguments = Request(name, Key(name));
  arguments.insert(arguments.end(), {"-addext", "subjectAltName=" + names, "-out", request});
  OpenSsl(arguments);
  OpenSsl({"x509", "-req", "-in", request, "-CA", Pem(authority), "-CAkey", Key(authority),
           "-copy_extensions", "copy", "-days", std::to_string(days), "-out", Pem(name)});
}

}  // namespace replog::testing
