// The engine over TLS, against the server of module serve.
#include <gtest/gtest.h>

#include <fstream>

#include "load/engine.h"
#include "load/testing/engine_fixture.h"
#include "serve/server.h"

namespace loadline::load {
namespace {

std::unique_ptr<serve::Server> TlsServer() {
  serve::ServerOptions options;
  options.tls = true;
  auto server = serve::Server::Create(options, [](const serve::Request&, serve::Responder reply) {
    serve::Response response;
    response.body = R"({"score": 0.5})";
    reply.Send(response);
  });
  CHECK(server.has_value());
  (*server)->Start();
  return std::move(*server);
}

TEST(EngineOverTls, SendsWhereTheCertificateIsTrusted) {
  const auto server = TlsServer();
  const TemporaryFolder folder;
  const std::string ca = folder.path() + "/ca.pem";
  std::ofstream(ca) << server->self_signed_certificate();
  scenario::Scenario scenario = ScenarioFor(server->url(), NumberedTask());
  scenario.target.tls.ca_file = ca;
  EngineOptions options;
  options.threads = 2;
  auto engine = MakeEngine(scenario, options);
  const auto preflight = engine->Preflight();
  ASSERT_TRUE(preflight);
  EXPECT_TRUE(preflight->passed());
  EXPECT_EQ(preflight->replies[0].tls_version, "TLSv1.3");
  EXPECT_GT(preflight->replies[0].tls, Duration::zero());
  Recording seen;
  for (const measure::Load& load : {Users(4, 100), PerSecond(1000.0, 100)}) {
    const auto result = engine->Probe(load, seen);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->succeeded, 100);
    EXPECT_GT(result->tls_mean, Duration::zero());
    EXPECT_TRUE(result->accounts.Balanced());
  }
}

TEST(EngineOverTls, NamesTheReasonWhereItIsNot) {
  const auto server = TlsServer();
  auto engine = MakeEngine(ScenarioFor(server->url(), NumberedTask()));
  const auto preflight = engine->Preflight();
  ASSERT_TRUE(preflight);
  EXPECT_FALSE(preflight->answered());
  EXPECT_EQ(preflight->replies[0].error, measure::ErrorKind::kTls);
  EXPECT_NE(preflight->replies[0].error_text.find("self-signed"), std::string::npos)
      << preflight->replies[0].error_text;
  Recording seen;
  const auto result = engine->Probe(Users(2, 6), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->failed, 6);
  EXPECT_EQ(result->errors[0].kind, measure::ErrorKind::kTls);
  EXPECT_TRUE(result->accounts.Balanced());
}

TEST(EngineOverTls, InsecureAsksForNoCertificate) {
  const auto server = TlsServer();
  scenario::Scenario scenario = ScenarioFor(server->url(), NumberedTask());
  scenario.target.tls.insecure = true;
  scenario.target.connections.keep_alive = false;
  auto engine = MakeEngine(scenario);
  Recording seen;
  const auto result = engine->Probe(Users(2, 10), seen);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->succeeded, 10);
  EXPECT_EQ(result->connections_opened, 10);
}

}  // namespace
}  // namespace loadline::load
