#include "net/trusted_roots.h"

#include <dirent.h>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "net/tls_error.h"

namespace loadline::net {
namespace {

constexpr std::array<std::string_view, 5> kBundles = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem"};

bool IsReadable(const std::string& path) {
  return std::ifstream(path).good();
}

bool HasEntries(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), &closedir);
  if (folder == nullptr) {
    return false;
  }
  while (const dirent* entry = readdir(folder.get())) {  // NOLINT: one DIR, one thread.
    if (entry->d_name[0] != '.') {
      return true;
    }
  }
  return false;
}

Status TrustFile(ssl_ctx_st* context, const std::string& path) {
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(context, path.c_str()) != 1) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("trusted roots \"{}\": {}", path, TlsErrorText(TakeTlsError()))};
  }
  return {};
}

Error NoRoots(const std::string& folder, std::span<const std::string_view> bundles) {
  std::string looked = folder;
  for (const std::string_view bundle : bundles) {
    looked.append(", ").append(bundle);
  }
  return {
      ErrorCode::kNotFound,
      fmt::format("this machine has no trusted roots to verify a TLS server with (looked at {}); "
                  "name a CA file with --ca-file or SSL_CERT_FILE, or install ca-certificates",
                  looked)};
}

}  // namespace

std::span<const std::string_view> KnownBundles() {
  return kBundles;
}

RootPlaces UsualRootPlaces() {
  return {.default_file = X509_get_default_cert_file(),
          .default_folder = X509_get_default_cert_dir(),
          .bundles = KnownBundles(),
          .variable = [](const char* name) {
            const char* value = std::getenv(name);  // NOLINT: nobody writes the environment
            return std::string(value == nullptr ? "" : value);
          }};
}

Status TrustSystemRoots(ssl_ctx_st* context, const RootPlaces& places) {
  const std::string named_file = places.variable(X509_get_default_cert_file_env());
  const std::string named_folder = places.variable(X509_get_default_cert_dir_env());
  if (!named_file.empty() && !IsReadable(named_file)) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("cannot read \"{}\", which SSL_CERT_FILE names", named_file)};
  }
  const std::string& file = named_file.empty() ? places.default_file : named_file;
  const std::string& folder = named_folder.empty() ? places.default_folder : named_folder;
  const bool has_file = IsReadable(file);
  const bool has_folder = HasEntries(folder);
  if (has_file) {
    TRY(TrustFile(context, file));
  }
  if (has_folder) {
    SSL_CTX_load_verify_dir(context, folder.c_str());
  }
  if (has_file || has_folder) {
    return {};
  }
  for (const std::string_view bundle : places.bundles) {
    if (IsReadable(std::string(bundle))) {
      return TrustFile(context, std::string(bundle));
    }
  }
  return NoRoots(folder, places.bundles);
}

}  // namespace loadline::net
