#include "convert/curl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/draft.h"

namespace loadline::convert {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// The scenario that a command becomes, its comments included.
std::string Yaml(std::string_view command) {
  Result<Found> found = ReadCurlText(command);
  if (!found.has_value()) {
    return "error: " + found.error().message;
  }
  const Result<Draft> draft = MakeDraft(*std::move(found));
  if (!draft.has_value()) {
    return "error: " + draft.error().message;
  }
  const Result<std::string> yaml = WriteYaml(*draft, "From curl.");
  return yaml.has_value() ? *yaml : "error: " + yaml.error().message;
}

TEST(Curl, ChromesCommandBecomesWhatAPersonWouldWrite) {
  EXPECT_EQ(Yaml(R"(curl 'https://api.example.com/v1/score?x=1' \
  -H 'accept: application/json' \
  -H 'accept-language: de-DE,de;q=0.9' \
  -H 'authorization: Bearer bearer-secret' \
  -H 'content-type: application/json' \
  -b 'session=cookie-secret; theme=dark' \
  -H 'origin: https://app.example.com' \
  -H 'sec-ch-ua: "Chromium";v="128"' \
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \
  -H 'x-tenant: blue' \
  --data-raw $'{"note":"it\'s \\u00e9","age":41.50}' \
  --compressed)"),
            "# From curl.\n"
            "# export BEARER_TOKEN=…   the token behind \"Bearer\" in Authorization\n"
            "# export COOKIE=…   the value of the header Cookie\n"
            "loadline: 1\n"
            "target:\n"
            "  url: https://api.example.com\n"
            "  bearer: {env: BEARER_TOKEN}\n"
            "  headers:\n"
            "    Cookie: {env: COOKIE}\n"
            "tasks:\n"
            "  - name: v1-score\n"
            "    post: \"/v1/score?x=1\"\n"
            "    headers:\n"
            "      accept: application/json\n"
            "      x-tenant: blue\n"
            "    json: {\"note\": \"it's \\u00e9\", \"age\": 41.50}\n");
}

TEST(Curl, FirefoxsCommandWithItsOwnMethodIsRead) {
  const std::string yaml = Yaml(
      "curl 'http://127.0.0.1:8500/score' --compressed -X POST -H 'User-Agent: Mozilla/5.0 "
      "(X11; Linux x86_64; rv:128.0)' -H 'Accept: */*' -H 'Accept-Encoding: gzip, deflate, br' "
      "-H 'Content-Type: application/json' -H 'X-CSRF-Token: csrf-secret' "
      "-H 'Sec-Fetch-Mode: cors' -H 'Priority: u=0' --data-raw '{\"milli\":5}'");
  EXPECT_THAT(yaml, AllOf(HasSubstr("post: /score\n"), HasSubstr("json: {\"milli\": 5}\n"),
                          HasSubstr("X-CSRF-Token: {env: X_CSRF_TOKEN}"), Not(HasSubstr("secret")),
                          Not(HasSubstr("Mozilla")), Not(HasSubstr("u=0"))));
}

TEST(Curl, VariablesOfTheShellStayVariables) {
  EXPECT_THAT(
      Yaml("curl -H \"Authorization: Bearer $SCORE_KEY\" http://$HOST:8500/score"),
      AllOf(HasSubstr("bearer: {env: SCORE_KEY}"), HasSubstr("url: \"http://${HOST}:8500\"")));
  // Single quotes keep the shell from looking: the text itself, which a scenario must not expand.
  EXPECT_THAT(Yaml("curl http://h/x -H 'X-Price: ${5}'"), HasSubstr("X-Price: \"$${5}\""));
}

TEST(Curl, CombinedShortOptionsTakeTheirValueFromTheSameWord) {
  EXPECT_THAT(Yaml("curl -sSkXPUT -ua:b -m2.5 --connect-timeout 1 -dx=1 -d y=2 h:81/p"),
              AllOf(HasSubstr("url: http://h:81\n"), HasSubstr("insecure: true"),
                    HasSubstr("basic: {env: BASIC_LOGIN}"), Not(HasSubstr("a:b")),
                    HasSubstr("timeout: {connect: 1s, whole: 2500ms}"), HasSubstr("put: /p\n"),
                    HasSubstr("body: \"x=1&y=2\"\n"),
                    HasSubstr("content_type: application/x-www-form-urlencoded")));
}

TEST(Curl, GetMovesDataIntoTheQueryAndUrlencodeEncodesIt) {
  EXPECT_THAT(Yaml("curl -G http://h/search --data-urlencode 'q=a b&c' -d n=1"),
              HasSubstr("get: \"/search?q=a%20b%26c&n=1\"\n"));
}

TEST(Curl, SecretsInTheUrlAndTheBodyAreReplaced) {
  const std::string yaml = Yaml(
      "curl 'https://me:url-secret@h/x?api_key=query-secret&max_tokens=5' --json "
      "'{\"user\":\"ann\",\"password\":\"body-secret\",\"max_tokens\":7}'");
  EXPECT_THAT(yaml,
              AllOf(Not(HasSubstr("secret")), HasSubstr("basic: {env: BASIC_LOGIN}"),
                    HasSubstr("api_key=REPLACE-ME&max_tokens=5"),
                    HasSubstr("\"password\": \"REPLACE-ME\""), HasSubstr("\"max_tokens\": 7")));
}

TEST(Curl, FilesAndTlsAreKeptAsPaths) {
  EXPECT_THAT(Yaml("curl https://h/x --cacert ca.pem --cert me.pem --key me.key --resolve "
                   "h:443:10.0.0.7 -H 'Content-Type: image/png' --data-binary @cat.png -L"),
              AllOf(HasSubstr("ca_file: ca.pem"), HasSubstr("cert_file: me.pem"),
                    HasSubstr("key_file: me.key"), HasSubstr("- \"h:443:10.0.0.7\""),
                    HasSubstr("body: {file: cat.png}\n    content_type: image/png"),
                    HasSubstr("redirects: 10")));
}

TEST(Curl, SeveralCommandsBecomeTasks) {
  const std::string yaml = Yaml("curl http://h/a;\ncurl -X DELETE http://h/a && curl http://h/b");
  EXPECT_THAT(yaml, AllOf(HasSubstr("- name: get-a\n    get: /a"),
                          HasSubstr("- name: delete-a\n    delete: /a"),
                          HasSubstr("- name: b\n    get: /b")));
  EXPECT_THAT(Yaml("curl http://h/a; curl http://i/b"), HasSubstr("http://h, http://i"));
}

TEST(Curl, WhatFollowsAPipeIsLeftOutAndSaid) {
  const Result<Found> found =
      ReadCurlText("curl -s http://h/x 2>&1 | jq '.a|.b' ; curl http://h/y");
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found->requests.size(), 2U);
  EXPECT_EQ(found->requests[0].url, "http://h/x");
  EXPECT_EQ(found->requests[1].url, "http://h/y");
  EXPECT_THAT(found->notes, ElementsAre("what follows | is left out"));
}

TEST(Curl, WhatCannotBeExpressedIsRefusedByName) {
  EXPECT_THAT(Yaml("curl -F file=@x http://h"), HasSubstr("-F cannot be part of a scenario"));
  EXPECT_THAT(Yaml("curl -x proxy:3128 http://h"), HasSubstr("-x cannot be part of a scenario"));
  EXPECT_THAT(Yaml("curl --frobnicate http://h"), HasSubstr("--frobnicate is not known"));
  EXPECT_THAT(Yaml("curl -d"), HasSubstr("-d needs a value"));
  EXPECT_THAT(Yaml("curl -s"), HasSubstr("no URL"));
  EXPECT_THAT(Yaml("wget http://h"), HasSubstr("begins with \"wget\""));
  EXPECT_THAT(Yaml("curl ftp://h/x"), HasSubstr("ftp:// is no URL"));
}

TEST(Curl, FaultsOfTheShellHaveAPlace) {
  EXPECT_THAT(Yaml("curl http://h \\\n  -H \"abc"), HasSubstr("line 2, column 6"));
  EXPECT_THAT(Yaml("curl http://h -d \"$(date)\""), HasSubstr("$(…)"));
  EXPECT_THAT(Yaml("curl ^\"http://h^\""), HasSubstr("Windows' cmd"));
}

}  // namespace
}  // namespace loadline::convert
