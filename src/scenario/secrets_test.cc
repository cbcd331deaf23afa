#include "scenario/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <type_traits>

#include "base/base64.h"
#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(Streamable<std::string>);
static_assert(!Streamable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::equality_comparable<Secret>);

const SecretSource kEnv{SecretSource::Kind::kEnv, "KEY"};
const SecretSource kFile{SecretSource::Kind::kFile, "key.txt"};

TEST(ResolveSecret, CutsOffOneNewline) {
  EXPECT_EQ(ResolveSecret(kEnv, InMemory({}, {{"KEY", "abc"}}))->Reveal(), "abc");
  EXPECT_EQ(ResolveSecret(kFile, InMemory({{"key.txt", "abc\n"}}))->Reveal(), "abc");
  EXPECT_EQ(ResolveSecret(kFile, InMemory({{"key.txt", "abc\r\n"}}))->Reveal(), "abc");
}

TEST(ResolveSecret, NamesTheSourceAndNeverTheValue) {
  const auto fault = [](const SecretSource& source, const Texts& files, const Texts& variables) {
    const Result<Secret> secret = ResolveSecret(source, InMemory(files, variables));
    EXPECT_FALSE(secret.has_value());
    return secret.has_value() ? Error{} : secret.error();
  };
  EXPECT_EQ(fault(kEnv, {}, {}).code, ErrorCode::kNotFound);
  EXPECT_THAT(fault(kEnv, {}, {}).message, HasSubstr("environment variable KEY is not set"));
  EXPECT_EQ(fault(kFile, {}, {}).code, ErrorCode::kNotFound);
  EXPECT_THAT(fault(kEnv, {}, {{"KEY", ""}}).message, HasSubstr("is empty"));
  EXPECT_THAT(fault(kFile, {{"key.txt", "\n"}}, {}).message, HasSubstr("is empty"));
  for (const char* value : {"s3cr3t\n\n", "s3\r\ncr3t", "s3\tcr3t"}) {
    const Error error = fault(kFile, {{"key.txt", value}}, {});
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(error.message, HasSubstr("file key.txt holds a line break"));
    EXPECT_THAT(error.message, Not(HasSubstr("s3")));
  }
  EXPECT_THAT(fault(kFile, {{"key.txt", std::string(70'000, 'x')}}, {}).message,
              HasSubstr("64 KiB"));
}

TEST(ResolveSecrets, MakesTheHeadersThatCarryThem) {
  Credentials credentials;
  credentials.basic = kFile;
  credentials.headers.emplace_back("X-Api-Key", kEnv);
  const Result<Secrets> secrets =
      ResolveSecrets(credentials, InMemory({{"key.txt", "Aladdin:open sesame\n"}}, {{"KEY", "k"}}));
  ASSERT_TRUE(secrets.has_value());
  ASSERT_EQ(secrets->headers.size(), 2U);
  EXPECT_EQ(secrets->headers[0].name, "Authorization");
  // The example of RFC 7617, section 2.
  EXPECT_EQ(secrets->headers[0].value.Reveal(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(secrets->headers[1].name, "X-Api-Key");
  EXPECT_EQ(secrets->headers[1].value.Reveal(), "k");
}

TEST(ResolveSecrets, BearerGoesBehindItsScheme) {
  Credentials credentials;
  credentials.bearer = kEnv;
  const Result<Secrets> secrets = ResolveSecrets(credentials, InMemory({}, {{"KEY", "t0k3n"}}));
  ASSERT_TRUE(secrets.has_value());
  EXPECT_EQ(secrets->headers[0].value.Reveal(), "Bearer t0k3n");
}

TEST(ResolveSecrets, BasicNeedsUserAndPassword) {
  Credentials credentials;
  credentials.basic = kEnv;
  const Result<Secrets> secrets = ResolveSecrets(credentials, InMemory({}, {{"KEY", "s3cr3t"}}));
  ASSERT_FALSE(secrets.has_value());
  EXPECT_THAT(secrets.error().message, HasSubstr("user:password"));
  EXPECT_THAT(secrets.error().message, Not(HasSubstr("s3cr3t")));
}

TEST(Redactor, RemovesEveryFormOfASecret) {
  const std::string secret = "p/a?s&w+\"ö\"d";
  Redactor redactor;
  redactor.Add(secret);
  EXPECT_EQ(redactor.Redact("<" + secret + ">" + secret), "<[redacted]>[redacted]");
  EXPECT_EQ(redactor.Redact("k=p%2Fa%3Fs%26w%2B%22%C3%B6%22d&x"), "k=[redacted]&x");
  EXPECT_EQ(redactor.Redact("k=p%2fa%3fs%26w%2b%22%c3%b6%22d&x"), "k=[redacted]&x");
  EXPECT_EQ(redactor.Redact(R"({"k":"p/a?s&w+\"ö\"d"})"), R"({"k":"[redacted]"})");
  EXPECT_EQ(redactor.Redact(EncodeBase64(secret)), "[redacted]");
}

TEST(Redactor, FindsASecretWithinBase64OfLongerText) {
  Redactor redactor;
  redactor.Add("open sesame");
  for (const char* before : {"", "a", "ab", "Aladdin:"}) {
    for (const char* after : {"", "x", "xyz"}) {
      const std::string text =
          redactor.Redact(EncodeBase64(std::string(before) + "open sesame" + after));
      EXPECT_THAT(text, HasSubstr("[redacted]")) << before << after;
      // Of "open sesame", at most the two letters at an edge share a character with neighbours.
      EXPECT_LE(text.size(), std::string("[redacted]").size() + EncodeBase64(before).size() +
                                 EncodeBase64(after).size() + 4);
    }
  }
}

TEST(Redactor, LeavesOtherTextAlone) {
  Redactor redactor;
  EXPECT_EQ(redactor.Redact("nothing to hide"), "nothing to hide");
  redactor.Add("abc");  // Too short to hide anything.
  EXPECT_EQ(redactor.Redact("abc"), "abc");
  redactor.Add("abcdef");
  EXPECT_EQ(redactor.Redact("abcde"), "abcde");
}

TEST(Redactor, KnowsAllSecretsOfAScenario) {
  Credentials credentials;
  credentials.basic = kEnv;
  const Secrets secrets = *ResolveSecrets(credentials, InMemory({}, {{"KEY", "joe:hunter22"}}));
  const Redactor redactor(secrets);
  EXPECT_EQ(redactor.Redact("Authorization: Basic am9lOmh1bnRlcjIy"),
            "Authorization: Basic [redacted]");
  EXPECT_EQ(redactor.Redact("password hunter22"), "password [redacted]");
}

}  // namespace
}  // namespace loadline::scenario
