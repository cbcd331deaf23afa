#include "standin/id_log.h"

#include <gtest/gtest.h>

namespace loadline::standin {
namespace {

TEST(IdLog, ListsIdsInOrder) {
  IdLog log(Bytes{100});
  log.Add("b");
  log.Add("a");
  log.Add("");
  EXPECT_EQ(log.text(), "b\na\n");
  EXPECT_EQ(log.seen(), 2);
}

TEST(IdLog, CountsWhatItCannotKeep) {
  IdLog log(Bytes{6});
  log.Add("abc");  // 4 bytes with its end.
  log.Add("de");   // 3 more would be 7.
  log.Add("f");    // 2 more are 6.
  EXPECT_EQ(log.text(), "abc\nf\n");
  EXPECT_EQ(log.seen(), 3);
  EXPECT_EQ(log.forgotten(), 1);
}

TEST(RequestId, ComesFromTheHeaderBeforeTheBody) {
  EXPECT_EQ(RequestId("h", R"({"id":"b"})"), "h");
  EXPECT_EQ(RequestId("", R"({"x":[1],"id":"b"})"), "b");
  EXPECT_EQ(RequestId("", R"({"id":17})"), "17");
}

TEST(RequestId, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(RequestId("", ""), "");
  EXPECT_EQ(RequestId("", "plain"), "");
  EXPECT_EQ(RequestId("", R"({"rows":[{"id":1}]})"), "");
  EXPECT_EQ(RequestId("", R"({"id":{"a":1}})"), "");
  EXPECT_EQ(RequestId("", R"({"id":)"), "");
}

}  // namespace
}  // namespace loadline::standin
