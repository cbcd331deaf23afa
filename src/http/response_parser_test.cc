#include "http/response_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"

namespace loadline::http {
namespace {

constexpr std::string_view kSmall =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 14\r\n"
    "\r\n"
    "{\"score\":0.83}";

// Everything that a response can be asked for, in one comparable value.
struct Outcome {
  ParseState state;
  ResponseFault fault;
  int status;
  bool keep_alive;
  std::uint64_t body_bytes;
  std::string body;
  std::string head;
  std::size_t consumed;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Parse(const std::vector<std::string>& pieces, bool head_request = false,
              bool close_after = false, std::uint32_t limit = ResponseParser::kDefaultHeadLimit) {
  ResponseParser parser(limit);
  BodyCapture capture(1 << 20);
  parser.Expect(head_request, &capture);
  std::size_t consumed = 0;
  for (const std::string& piece : pieces) {
    consumed += parser.Feed(piece);
    if (parser.state() == ParseState::kDone || parser.state() == ParseState::kFailed) {
      break;
    }
  }
  if (close_after) {
    parser.OnClose();
  }
  const bool failed = parser.state() == ParseState::kFailed;
  return {parser.state(),
          parser.fault(),
          parser.status(),
          parser.keep_alive(),
          parser.body_bytes(),
          std::string(capture.view()),
          std::string(failed ? "" : parser.head()),
          failed ? 0 : consumed};
}

Outcome ParseWhole(std::string_view text, bool head_request = false, bool close_after = false) {
  return Parse({std::string(text)}, head_request, close_after);
}

ResponseFault FaultOf(std::string_view text) {
  return ParseWhole(text).fault;
}

// The body without its head: a response that says nothing about its own length.
std::string WithHeaders(std::string_view headers, std::string_view body = "") {
  return std::string("HTTP/1.1 200 OK\r\n").append(headers).append("\r\n").append(body);
}

TEST(ResponseParser, ParsesASmallResponseInPlace) {
  ResponseParser parser;
  BodyCapture capture(100);
  parser.Expect(false, &capture);
  EXPECT_EQ(parser.Feed(kSmall), kSmall.size());
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.status(), 200);
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_EQ(parser.content_length(), 14U);
  EXPECT_EQ(capture.view(), "{\"score\":0.83}");
  EXPECT_EQ(parser.Header("content-TYPE"), "application/json");
  EXPECT_EQ(parser.Header("Content"), std::nullopt);
  // In place: the views point into what was fed.
  EXPECT_EQ(parser.head().data(), kSmall.data());
  EXPECT_EQ(capture.view().data(), kSmall.data() + kSmall.size() - 14);
}

TEST(ResponseParser, GivesTheSameResultForEverySplitInTwo) {
  const Outcome whole = ParseWhole(kSmall);
  for (std::size_t cut = 1; cut < kSmall.size(); ++cut) {
    const std::vector<std::string> pieces = {std::string(kSmall.substr(0, cut)),
                                             std::string(kSmall.substr(cut))};
    EXPECT_EQ(Parse(pieces), whole) << "cut at " << cut;
  }
}

TEST(ResponseParser, GivesTheSameResultByteByByte) {
  const std::string text =
      "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" +
      WithHeaders("Transfer-Encoding: chunked\r\n",
                  "5;name=value\r\nhello\r\n7\r\n, world\r\n0\r\nDigest: abc\r\n\r\n");
  std::vector<std::string> bytes;
  for (const char c : text) {
    bytes.emplace_back(1, c);
  }
  const Outcome outcome = Parse(bytes);
  EXPECT_EQ(outcome, ParseWhole(text));
  EXPECT_EQ(outcome.body, "hello, world");
  EXPECT_EQ(outcome.consumed, text.size());
}

TEST(ResponseParser, KeepsHeadAndBodyWhenTheBufferIsOverwrittenBetweenPieces) {
  ResponseParser parser;
  BodyCapture capture(100);
  parser.Expect(false, &capture);
  std::string buffer(kSmall.substr(0, kSmall.size() - 5));
  EXPECT_EQ(parser.Feed(buffer), buffer.size());
  std::fill(buffer.begin(), buffer.end(), 'x');
  EXPECT_EQ(parser.Feed(kSmall.substr(kSmall.size() - 5)), 5U);
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(capture.view(), "{\"score\":0.83}");
  EXPECT_EQ(parser.Header("Content-Type"), "application/json");
}

TEST(ResponseParser, LeavesBytesBehindTheResponseAlone) {
  const std::string two = std::string(kSmall) + "HTTP/1.1 408 Request Timeout\r\n\r\n";
  ResponseParser parser;
  parser.Expect(false);
  EXPECT_EQ(parser.Feed(two), kSmall.size());
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.Feed("more"), 0U);
}

TEST(ResponseParser, TakesNothingBeforeAResponseIsExpected) {
  ResponseParser parser;
  EXPECT_EQ(parser.state(), ParseState::kIdle);
  EXPECT_EQ(parser.Feed(kSmall), 0U);
  EXPECT_EQ(parser.state(), ParseState::kIdle);
}

TEST(ResponseParser, IsReusedForTheNextResponse) {
  ResponseParser parser;
  BodyCapture capture(100);
  parser.Expect(false, &capture);
  // Split, so that the second response finds a used head buffer.
  parser.Feed(kSmall.substr(0, 30));
  parser.Feed(kSmall.substr(30));
  ASSERT_TRUE(parser.done());
  parser.Expect(false, &capture);
  parser.Feed("HTTP/1.0 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.status(), 503);
  EXPECT_FALSE(parser.is_http_1_1());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.retry_after(), Duration(120s));
  EXPECT_EQ(capture.view(), "");
}

TEST(ResponseParser, KnowsResponsesWithoutBody) {
  EXPECT_EQ(ParseWhole(WithHeaders("Content-Length: 99\r\n"), true).state, ParseState::kDone);
  EXPECT_EQ(ParseWhole("HTTP/1.1 204 No Content\r\n\r\n").state, ParseState::kDone);
  EXPECT_EQ(ParseWhole("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").state,
            ParseState::kDone);
  EXPECT_EQ(ParseWhole(WithHeaders("Transfer-Encoding: chunked\r\n"), true).state,
            ParseState::kDone);
  EXPECT_EQ(ParseWhole(WithHeaders("Content-Length: 0\r\n")).state, ParseState::kDone);
}

TEST(ResponseParser, CountsInterimResponses) {
  ResponseParser parser;
  parser.Expect(false);
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "HTTP/1.1 102 Processing\r\nContent-Length: 3\r\n\r\n";
  }
  EXPECT_EQ(parser.Feed(text), text.size());
  EXPECT_EQ(parser.state(), ParseState::kHead);
  parser.Feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.interim_responses(), 1000U);
  EXPECT_EQ(parser.content_length(), 0U);
}

TEST(ResponseParser, DecidesWhetherTheConnectionPersists) {
  const auto keep_alive = [](std::string_view version, std::string_view headers) {
    return ParseWhole(std::string(version)
                          .append(" 200 OK\r\nContent-Length: 0\r\n")
                          .append(headers)
                          .append("\r\n"))
        .keep_alive;
  };
  EXPECT_TRUE(keep_alive("HTTP/1.1", ""));
  EXPECT_FALSE(keep_alive("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keep_alive("HTTP/1.1", "Connection: x, CLOSE ,y\r\n"));
  EXPECT_FALSE(keep_alive("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keep_alive("HTTP/1.0", ""));
  EXPECT_TRUE(keep_alive("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(ResponseParser, TakesABodyThatEndsWithTheConnection) {
  const Outcome open = ParseWhole(WithHeaders("", "all there is"));
  EXPECT_EQ(open.state, ParseState::kBody);
  const Outcome closed = ParseWhole(WithHeaders("", "all there is"), false, true);
  EXPECT_EQ(closed.state, ParseState::kDone);
  EXPECT_EQ(closed.body, "all there is");
  EXPECT_FALSE(closed.keep_alive);
}

TEST(ResponseParser, TakesChunksWithUpperCaseSizesAndBlankBeforeExtensions) {
  const Outcome outcome = ParseWhole(WithHeaders(
      "Transfer-Encoding: Chunked\r\n", "0A \r\n0123456789\r\nb;x\r\n01234567890\r\n000\r\n\r\n"));
  EXPECT_EQ(outcome.state, ParseState::kDone);
  EXPECT_EQ(outcome.body_bytes, 21U);
  EXPECT_TRUE(outcome.keep_alive);
}

TEST(ResponseParser, ReadsRetryAfterInSecondsOnly) {
  const auto retry_after = [](std::string_view value) {
    ResponseParser parser;
    parser.Expect(false);
    parser.Feed(WithHeaders("Retry-After: " + std::string(value) + "\r\nContent-Length: 0\r\n"));
    return parser.retry_after();
  };
  EXPECT_EQ(retry_after("7"), Duration(7s));
  EXPECT_EQ(retry_after("0"), Duration(0s));
  EXPECT_EQ(retry_after("Fri, 31 Dec 1999 23:59:59 GMT"), std::nullopt);
  EXPECT_EQ(retry_after("-1"), std::nullopt);
  EXPECT_EQ(retry_after("9999999999"), std::nullopt);
}

TEST(ResponseParser, AcceptsWhatServersReallySend) {
  // No reason phrase and no space before it; an empty value; tabs; bytes above ASCII in values.
  EXPECT_EQ(ParseWhole("HTTP/1.1 200\r\nContent-Length:0\r\n\r\n").state, ParseState::kDone);
  EXPECT_EQ(ParseWhole("HTTP/1.1 200 \r\nX:\r\nContent-Length: \t0\t \r\n\r\n").state,
            ParseState::kDone);
  EXPECT_EQ(ParseWhole(WithHeaders("X: \xc3\xa4\ttab\r\nContent-Length: 0\r\n")).state,
            ParseState::kDone);
  EXPECT_EQ(ParseWhole(WithHeaders("Content-Length: 2, 2\r\nContent-Length: 2\r\n", "ok")).state,
            ParseState::kDone);
  EXPECT_EQ(ParseWhole("HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n").state, ParseState::kDone);
}

TEST(ResponseParser, NamesFaultsOfTheStatusLine) {
  EXPECT_EQ(FaultOf("SSH-2.0-OpenSSH_9.2\r\n"), ResponseFault::kNotHttp);
  EXPECT_EQ(FaultOf("h"), ResponseFault::kNotHttp);
  EXPECT_EQ(FaultOf("\r\nHTTP/1.1 200 OK\r\n\r\n"), ResponseFault::kNotHttp);
  EXPECT_EQ(FaultOf("HTTP/2"), ResponseFault::kUnsupportedVersion);
  EXPECT_EQ(FaultOf("HTTP/0.9 200 OK\r\n\r\n"), ResponseFault::kUnsupportedVersion);
  EXPECT_EQ(FaultOf("HTTP/1.1 20 OK\r\n\r\n"), ResponseFault::kBadStatusLine);
  EXPECT_EQ(FaultOf("HTTP/1.1 099 OK\r\n\r\n"), ResponseFault::kBadStatusLine);
  EXPECT_EQ(FaultOf("HTTP/1.1 2000 OK\r\n\r\n"), ResponseFault::kBadStatusLine);
  EXPECT_EQ(FaultOf("HTTP/1.1  200 OK\r\n\r\n"), ResponseFault::kBadStatusLine);
  EXPECT_EQ(FaultOf("HTTP/1.1 200 OK\n\n"), ResponseFault::kBareLineFeed);
  EXPECT_EQ(FaultOf("HTTP/1.1 200 O\x01K\r\n\r\n"), ResponseFault::kBadHeaderValue);
  EXPECT_EQ(FaultOf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
            ResponseFault::kUnexpectedUpgrade);
}

TEST(ResponseParser, NamesFaultsOfHeaders) {
  EXPECT_EQ(FaultOf(WithHeaders("No colon\r\n")), ResponseFault::kBadHeaderName);
  EXPECT_EQ(FaultOf(WithHeaders("Name : value\r\n")), ResponseFault::kBadHeaderName);
  EXPECT_EQ(FaultOf(WithHeaders(": value\r\n")), ResponseFault::kBadHeaderName);
  EXPECT_EQ(FaultOf(WithHeaders("A: b\r\n c\r\n")), ResponseFault::kFoldedHeader);
  EXPECT_EQ(FaultOf(WithHeaders("A: b\r\n\tc\r\n")), ResponseFault::kFoldedHeader);
  EXPECT_EQ(FaultOf(WithHeaders("A: b\n")), ResponseFault::kBareLineFeed);
  EXPECT_EQ(FaultOf("HTTP/1.1 200 OK\r\nA: b\r\n\n"), ResponseFault::kBareLineFeed);
  EXPECT_EQ(FaultOf(WithHeaders("A: b\rc\r\n")), ResponseFault::kBadHeaderValue);
  EXPECT_EQ(FaultOf(WithHeaders("A: long enough for eight at a time \x7f\r\n")),
            ResponseFault::kBadHeaderValue);
  EXPECT_EQ(FaultOf(WithHeaders(std::string("A: \0\r\n", 6))), ResponseFault::kBadHeaderValue);
}

TEST(ResponseParser, NamesFaultsOfLengths) {
  const auto fault = [](std::string_view length) {
    return FaultOf(WithHeaders(std::string("Content-Length:").append(length).append("\r\n")));
  };
  EXPECT_EQ(fault(""), ResponseFault::kBadContentLength);
  EXPECT_EQ(fault("-1"), ResponseFault::kBadContentLength);
  EXPECT_EQ(fault("+1"), ResponseFault::kBadContentLength);
  EXPECT_EQ(fault("1 2"), ResponseFault::kBadContentLength);
  EXPECT_EQ(fault("0x10"), ResponseFault::kBadContentLength);
  EXPECT_EQ(fault("9223372036854775807"), ResponseFault::kNone);  // 2^63 - 1
  EXPECT_EQ(fault("9223372036854775808"), ResponseFault::kContentLengthOverflow);
  EXPECT_EQ(fault("99999999999999999999999"), ResponseFault::kContentLengthOverflow);
  EXPECT_EQ(fault("5, 6"), ResponseFault::kConflictingContentLength);
  EXPECT_EQ(FaultOf(WithHeaders("Content-Length: 5\r\nContent-Length: 6\r\n")),
            ResponseFault::kConflictingContentLength);
  EXPECT_EQ(FaultOf(WithHeaders("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
            ResponseFault::kBothLengths);
  EXPECT_EQ(FaultOf(WithHeaders("Transfer-Encoding: gzip\r\n")),
            ResponseFault::kBadTransferEncoding);
  EXPECT_EQ(FaultOf(WithHeaders("Transfer-Encoding: chunked, chunked\r\n")),
            ResponseFault::kBadTransferEncoding);
  EXPECT_EQ(FaultOf(WithHeaders("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
            ResponseFault::kBadTransferEncoding);
}

TEST(ResponseParser, NamesFaultsOfChunks) {
  const auto fault = [](std::string_view body) {
    return FaultOf(WithHeaders("Transfer-Encoding: chunked\r\n", body));
  };
  EXPECT_EQ(fault("x\r\n"), ResponseFault::kBadChunkSize);
  EXPECT_EQ(fault("\r\n"), ResponseFault::kBadChunkSize);
  EXPECT_EQ(fault(";ext\r\n"), ResponseFault::kBadChunkSize);
  EXPECT_EQ(fault("-5\r\n"), ResponseFault::kBadChunkSize);
  EXPECT_EQ(fault("5\n"), ResponseFault::kBareLineFeed);
  EXPECT_EQ(fault("5\rx"), ResponseFault::kBadChunkSize);
  EXPECT_EQ(fault("7fffffffffffffff\r\n"), ResponseFault::kNone);
  EXPECT_EQ(fault("8000000000000000\r\n"), ResponseFault::kChunkSizeOverflow);
  EXPECT_EQ(fault("5;" + std::string(ResponseParser::kChunkLineLimit, 'e')),
            ResponseFault::kChunkLineTooLong);
  EXPECT_EQ(fault("5\r\nhello!"), ResponseFault::kBadChunkEnd);
  EXPECT_EQ(fault("5\r\nhello\n"), ResponseFault::kBareLineFeed);
  EXPECT_EQ(fault("0\r\nno colon\r\n"), ResponseFault::kBadTrailer);
  EXPECT_EQ(fault("0\r\nA: b\r\n folded\r\n"), ResponseFault::kFoldedHeader);
  EXPECT_EQ(fault("0\r\nA: b\x01\r\n"), ResponseFault::kBadTrailer);
  EXPECT_EQ(fault("0\r\n\n"), ResponseFault::kBareLineFeed);
  EXPECT_EQ(fault("0\r\n\rx"), ResponseFault::kBadTrailer);
  EXPECT_EQ(fault("0\r\nA: " + std::string(ResponseParser::kDefaultHeadLimit, 'b')),
            ResponseFault::kTrailersTooLarge);
}

TEST(ResponseParser, ChunksInHttp10EndTheConnection) {
  const Outcome outcome = ParseWhole(
      "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nok\r\n0\r\n\r\n");
  EXPECT_EQ(outcome.state, ParseState::kDone);
  EXPECT_EQ(outcome.body, "ok");
  EXPECT_FALSE(outcome.keep_alive);
}

TEST(ResponseParser, LimitsTheHeadToTheByteHoweverItIsCut) {
  // Status line 17 + "A: " 3 + value + CRLFCRLF 4: a value of 104 makes 128 bytes.
  for (const std::size_t value : {103U, 104U, 105U}) {
    const std::string text = WithHeaders("A: " + std::string(value, 'v') + "\r\n");
    const ResponseFault expected =
        value <= 104 ? ResponseFault::kNone : ResponseFault::kHeadTooLarge;
    EXPECT_EQ(Parse({text}, false, false, 128).fault, expected);
    for (const std::size_t cut : {1U, 60U, 126U, 127U}) {
      EXPECT_EQ(Parse({text.substr(0, cut), text.substr(cut)}, false, false, 128).fault, expected)
          << value << " cut at " << cut;
    }
  }
}

TEST(ResponseParser, DoesNotCopyALongBodyBehindASplitHead) {
  const std::string body(60'000, 'b');
  const std::string text = WithHeaders("Content-Length: 60000\r\n", body);
  const Outcome outcome = Parse({text.substr(0, 20), text.substr(20)});
  EXPECT_EQ(outcome.state, ParseState::kDone);
  EXPECT_EQ(outcome.body, body);
  EXPECT_EQ(outcome.consumed, text.size());
}

TEST(ResponseParser, TellsWhereAConnectionWasClosed) {
  const auto fault = [](std::string_view text) { return ParseWhole(text, false, true).fault; };
  EXPECT_EQ(Parse({}, false, true).fault, ResponseFault::kClosedBeforeResponse);
  EXPECT_EQ(fault("HTTP/1.1 2"), ResponseFault::kClosedInHead);
  EXPECT_EQ(fault("HTTP/1.1 100 Continue\r\n\r\n"), ResponseFault::kClosedInHead);
  EXPECT_EQ(fault(WithHeaders("Content-Length: 5\r\n", "four")), ResponseFault::kClosedInBody);
  EXPECT_EQ(fault(WithHeaders("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n")),
            ResponseFault::kClosedInBody);
  EXPECT_EQ(fault(kSmall), ResponseFault::kNone);  // Already complete.
}

TEST(ResponseParser, SurvivesGarbage) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text(kSmall);
    for (int i = 0; i < 3; ++i) {
      text[random.Below(text.size())] = static_cast<char>(random.Below(256));
    }
    const std::size_t cut = 1 + random.Below(text.size() - 1);
    EXPECT_EQ(Parse({text}), Parse({text.substr(0, cut), text.substr(cut)})) << text;
  }
}

TEST(ResponseFaultText, IsDifferentForEveryFault) {
  std::vector<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(ResponseFault::kClosedInBody); ++i) {
    const std::string_view text = Text(static_cast<ResponseFault>(i));
    EXPECT_EQ(std::count(seen.begin(), seen.end(), text), 0) << text;
    EXPECT_NE(text, "unknown fault");
    seen.push_back(text);
  }
}

TEST(BodyCapture, KeepsOnlyItsLimit) {
  BodyCapture capture(5);
  capture.Append("abc");
  capture.Append("defg");
  capture.Append("h");
  EXPECT_EQ(capture.view(), "abcde");
  EXPECT_EQ(capture.total(), 8U);
  EXPECT_TRUE(capture.truncated());
  capture.Clear();
  EXPECT_EQ(capture.view(), "");
  EXPECT_FALSE(capture.truncated());
}

TEST(BodyCapture, OfLimitZeroKeepsNothingButCounts) {
  BodyCapture capture(0);
  capture.Append("abc");
  capture.Own();
  capture.Append("abc");
  EXPECT_EQ(capture.view(), "");
  EXPECT_EQ(capture.total(), 6U);
}

}  // namespace
}  // namespace loadline::http
