#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fetch/cache.h"
#include "fetch/download.h"
#include "fetch/sha256.h"
#include "serve/server.h"

namespace loadline::fetch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A server of the loopback whose replies the test decides.
class Afar {
 public:
  explicit Afar(serve::Server::Handler handler) {
    serve::ServerOptions options;
    options.port = 0;
    server_ = *serve::Server::Create(options, std::move(handler));
    server_->Start();
  }
  [[nodiscard]] std::string url(const std::string& path) const { return server_->url() + path; }

 private:
  std::unique_ptr<serve::Server> server_;
};

TEST(Sha256, AgreesWithPublishedValues) {
  // FIPS 180-2, appendix B.1, and the digest of nothing.
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Cache, GivesBackWhatWasKeptAndNothingElse) {
  std::string folder = ::testing::TempDir() + "cacheXXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const Cache cache(folder + "/a/data");
  const std::string name = Sha256("rows");
  EXPECT_EQ(cache.Find(name), std::nullopt);
  ASSERT_TRUE(cache.Keep(name, "rows"));
  EXPECT_EQ(cache.Find(name), "rows");
  EXPECT_EQ(cache.Find(Sha256("other")), std::nullopt);
  // Somebody changed it: it counts as not there.
  std::ofstream(folder + "/a/data/" + name) << "rowz";
  EXPECT_EQ(cache.Find(name), std::nullopt);
  std::filesystem::remove_all(folder);
}

TEST(Cache, SaysWhyNothingCanBeKept) {
  EXPECT_THAT(Cache("/dev/null/data").Keep(Sha256("x"), "x").error().message,
              HasSubstr("cannot make /dev/null/data"));
}

TEST(Loopback, IsAnAddressOrLocalhostAndNoNameThatLooksLikeOne) {
  EXPECT_TRUE(IsLoopback(*http::ParseUrl("http://127.0.0.2:80/")));
  EXPECT_TRUE(IsLoopback(*http::ParseUrl("http://[::1]/")));
  EXPECT_TRUE(IsLoopback(*http::ParseUrl("http://localhost/")));
  EXPECT_FALSE(IsLoopback(*http::ParseUrl("http://127.example.com/")));
  EXPECT_FALSE(IsLoopback(*http::ParseUrl("http://10.0.0.1/")));
}

TEST(Download, FollowsRedirectsAndTakesSecretsToTheFirstOriginAlone) {
  // The handlers run on the servers' threads; each note is read after the download has ended.
  std::atomic<int> keys_here = 0;
  std::atomic<int> keys_there = 0;
  const Afar there([&](const serve::Request& request, serve::Responder responder) {
    keys_there += request.Find("Authorization").empty() ? 0 : 1;
    responder.Send({.content_type = "text/csv", .body = "rows"});
  });
  const std::string location = there.url("/rows.csv");
  const Afar here([&](const serve::Request& request, serve::Responder responder) {
    keys_here += request.Find("Authorization") == "Bearer k" ? 1 : 0;
    const serve::Header header{"Location", location};
    responder.Send({.status = 307, .headers = {&header, 1}});
  });
  DownloadOptions options;
  options.headers = {{"Authorization", "Bearer k"}};
  const Result<Downloaded> found = Download(here.url("/moved"), options);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->content, "rows");
  EXPECT_EQ(found->url, location);
  EXPECT_EQ(keys_here, 1);
  EXPECT_EQ(keys_there, 0);
}

TEST(Download, StopsAtTheLimitOfItsSize) {
  const Afar afar([](const serve::Request&, serve::Responder responder) {
    responder.Send({.body = "0123456789"});
  });
  DownloadOptions options;
  options.max_bytes = 10;
  EXPECT_TRUE(Download(afar.url("/"), options));
  options.max_bytes = 9;
  EXPECT_THAT(Download(afar.url("/"), options).error().message, HasSubstr("larger than 9 B"));
}

TEST(Download, DoesNotWaitForEver) {
  std::vector<serve::Responder> held;  // Never answered; the server's thread alone uses it.
  const Afar afar([&](const serve::Request&, serve::Responder responder) {
    held.push_back(std::move(responder));
  });
  DownloadOptions options;
  options.connect = 20ms;
  EXPECT_THAT(Download(afar.url("/slow?sig=word"), options).error().message,
              AllOf(HasSubstr("/slow?…: no reply in time"), Not(HasSubstr("word"))));
}

TEST(Download, RefusesPlainHttpBeyondTheLoopback) {
  DownloadOptions options;
  options.https_only = true;
  const Result<Downloaded> refused = Download("http://10.255.255.1/rows.csv", options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.error().message, HasSubstr("plain http only on the loopback"));
}

}  // namespace
}  // namespace loadline::fetch
