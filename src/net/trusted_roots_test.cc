#include "net/trusted_roots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

namespace loadline::net {
namespace {

using testing::HasSubstr;

// A folder of its own with a self-signed certificate in `roots.pem`.
class TrustSystemRootsTest : public testing::Test {
 protected:
  TrustSystemRootsTest() {
    folder_ = testing::TempDir() + "loadline_roots_" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_ + "/empty");
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("Root"), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_sign(certificate, key, EVP_sha256());
    FILE* file = std::fopen(roots().c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~TrustSystemRootsTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string roots() const { return folder_ + "/roots.pem"; }

  // A machine that has no roots anywhere, with `variables` set.
  RootPlaces Nowhere(std::map<std::string, std::string> variables = {}) {
    return {.default_file = folder_ + "/none.pem",
            .default_folder = folder_ + "/empty",
            .bundles = {},
            .variable = [variables = std::move(variables)](const char* name) {
              const auto found = variables.find(name);
              return found == variables.end() ? std::string() : found->second;
            }};
  }

  // How many authorities `places` make a new context trust.
  int Trusted(const RootPlaces& places) {
    const Status status = TrustSystemRoots(context_.get(), places);
    EXPECT_TRUE(status) << status.error().message;
    return sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context_.get())));
  }

  std::string folder_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{SSL_CTX_new(TLS_client_method()),
                                                        &SSL_CTX_free};
};

TEST_F(TrustSystemRootsTest, TakesOpenSslsOwnFile) {
  RootPlaces places = Nowhere();
  places.default_file = roots();
  EXPECT_EQ(Trusted(places), 1);
}

TEST_F(TrustSystemRootsTest, TakesTheFileOfTheVariableInstead) {
  RootPlaces places = Nowhere({{"SSL_CERT_FILE", roots()}});
  places.default_file = "/dev/null";
  EXPECT_EQ(Trusted(places), 1);
}

TEST_F(TrustSystemRootsTest, TakesTheFirstKnownBundleThatExists) {
  const std::string missing = folder_ + "/missing.pem";
  const std::string bundle = roots();
  const std::array<std::string_view, 2> bundles = {missing, bundle};
  RootPlaces places = Nowhere();
  places.bundles = bundles;
  EXPECT_EQ(Trusted(places), 1);
}

TEST_F(TrustSystemRootsTest, LooksAtNoBundleWhereOpenSslHasAFolder) {
  // Certificates of a folder are read when they are needed; the bundle would count at once.
  const std::string bundle = roots();
  const std::array<std::string_view, 1> bundles = {bundle};
  RootPlaces places = Nowhere();
  places.default_folder = folder_;
  places.bundles = bundles;
  EXPECT_EQ(Trusted(places), 0);
}

TEST_F(TrustSystemRootsTest, SaysWhereItLookedWhenThereAreNone) {
  const Status status = TrustSystemRoots(context_.get(), Nowhere());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(status.error().message, HasSubstr(folder_ + "/empty"));
  EXPECT_THAT(status.error().message, HasSubstr("--ca-file"));
}

TEST_F(TrustSystemRootsTest, NamesTheVariableWhoseFileCannotBeRead) {
  const Status status =
      TrustSystemRoots(context_.get(), Nowhere({{"SSL_CERT_FILE", folder_ + "/typo.pem"}}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(status.error().message, HasSubstr("typo.pem\", which SSL_CERT_FILE names"));
}

TEST_F(TrustSystemRootsTest, RefusesAFileThatHoldsNoCertificate) {
  RootPlaces places = Nowhere({{"SSL_CERT_FILE", "/dev/null"}});
  const Status status = TrustSystemRoots(context_.get(), places);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
}

TEST(KnownBundles, KnowDebianAndFedora) {
  EXPECT_THAT(KnownBundles(), testing::Contains("/etc/ssl/certs/ca-certificates.crt"));
  EXPECT_THAT(KnownBundles(), testing::Contains("/etc/pki/tls/certs/ca-bundle.crt"));
}

}  // namespace
}  // namespace loadline::net
