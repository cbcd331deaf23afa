#include "standin/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::standin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(StandinOptions, HaveTheDefaultsThatTheHelpPromises) {
  const StandinOptions options;
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 8500);
  EXPECT_EQ(Describe(options),
            "4 pods, concurrency 1, queue 10, lognormal:50ms,cv=0.5, overhead 2 ms, least");
  EXPECT_TRUE(ValidateOptions(options).has_value());
}

TEST(StandinOptions, AreSetByFlag) {
  StandinOptions options;
  for (const auto& [flag, value] : {std::pair{"--pods", "1"},
                                    {"--concurrency", "12"},
                                    {"--queue", "unlimited"},
                                    {"--overhead", "0"},
                                    {"--latency", "exponential:50ms"},
                                    {"--balance", "p2c"},
                                    {"--error-rate", "1%"},
                                    {"--cold-start", "3s"},
                                    {"--cpu", ""},
                                    {"--seed", "7"},
                                    {"--host", "::1"},
                                    {"--port", "0"},
                                    {"--cert", "self-signed"}}) {
    EXPECT_TRUE(SetOption(options, flag, value).has_value()) << flag;
  }
  EXPECT_EQ(options.service.pods, 1);
  EXPECT_EQ(options.service.concurrency, 12);
  EXPECT_EQ(options.service.queue, sim::kUnlimitedQueue);
  EXPECT_EQ(options.service.overhead, 0ms);
  EXPECT_EQ(options.service.latency.Text(), "exponential:50ms");
  EXPECT_EQ(options.service.balance, sim::Balance::kP2c);
  EXPECT_DOUBLE_EQ(options.service.error_rate, 0.01);
  EXPECT_EQ(options.service.cold_start, 3s);
  EXPECT_TRUE(options.cpu);
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.host, "::1");
  EXPECT_EQ(options.port, 0);
  EXPECT_EQ(options.certificate_file, "self-signed");
  EXPECT_TRUE(ValidateOptions(options).has_value());
}

TEST(StandinOptions, SayWhatIsWrongAndWhatWouldBeRight) {
  StandinOptions options;
  const auto message = [&](const char* flag, const char* value) {
    return SetOption(options, flag, value).error().message;
  };
  EXPECT_THAT(message("--pods", "0"), AllOf(HasSubstr("--pods"), HasSubstr("from 1 to 10000")));
  EXPECT_THAT(message("--pods", "four"), HasSubstr("`four`"));
  EXPECT_THAT(message("--pods", "4 "), HasSubstr("`4 `"));
  EXPECT_THAT(message("--queue", "some"), AllOf(HasSubstr("--queue"), HasSubstr("unlimited")));
  EXPECT_THAT(message("--queue", "-1"), HasSubstr("unlimited"));
  EXPECT_THAT(message("--latency", "gamma:5ms"),
              AllOf(HasSubstr("--latency"), HasSubstr("lognormal")));
  EXPECT_THAT(message("--overhead", "2"), HasSubstr("--overhead"));
  EXPECT_THAT(message("--balance", "luck"), AllOf(HasSubstr("--balance"), HasSubstr("p2c")));
  EXPECT_THAT(message("--error-rate", "2"), HasSubstr("--error-rate"));
  EXPECT_THAT(message("--port", "99999"), AllOf(HasSubstr("--port"), HasSubstr("65535")));
  EXPECT_THAT(message("--cpu", "yes"), HasSubstr("takes no value"));
  EXPECT_THAT(message("--seed", "-1"), HasSubstr("--seed"));
  EXPECT_EQ(SetOption(options, "--colour", "red").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Describe(options), Describe(StandinOptions{}));  // Nothing of it stuck.
}

TEST(StandinOptions, HaveToFitTogether) {
  StandinOptions options;
  options.certificate_file = "cert.pem";
  EXPECT_THAT(ValidateOptions(options).error().message, HasSubstr("--cert and --key"));
  options.key_file = "key.pem";
  EXPECT_TRUE(ValidateOptions(options).has_value());
  options.certificate_file = "self-signed";
  EXPECT_FALSE(ValidateOptions(options).has_value());
  options = {};
  options.cpu = true;
  EXPECT_TRUE(ValidateOptions(options).has_value());
  options.service.concurrency = 65;  // 4 · 65 = 260 threads.
  EXPECT_THAT(ValidateOptions(options).error().message, HasSubstr("at most 256"));
}

TEST(StandinOptions, AreDescribedInAFewWords) {
  StandinOptions options;
  options.service.pods = 1;
  options.service.queue = sim::kUnlimitedQueue;
  options.service.error_rate = 0.01;
  options.cpu = true;
  EXPECT_EQ(Describe(options),
            "1 pod, concurrency 1, unlimited queue, lognormal:50ms,cv=0.5, overhead 2 ms, least, "
            "1 % errors, burning CPU");
}

}  // namespace
}  // namespace loadline::standin
