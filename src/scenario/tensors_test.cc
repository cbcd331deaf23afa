#include "scenario/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;

std::string As(std::string_view datatype, std::string_view cell) {
  const Result<std::string> fitting = CellAs(cell, datatype);
  return fitting ? *fitting : "wanted: " + fitting.error().message;
}

TEST(InferDatatype, HoldsAllRowsOfAColumn) {
  DataSet set;
  set.columns = {"whole", "mixed", "flag", "text", "list", "odd", "none", "huge"};
  set.rows = {{"1", "2", "true", "\"a\"", "[1,2.5]", "1", "null", "9223372036854775808"},
              {"-3", "2.5", "null", "\"1\"", "[[3]]", "\"x\"", "null", "1"}};
  std::vector<std::string_view> datatypes;
  for (std::size_t column = 0; column < set.columns.size(); ++column) {
    datatypes.push_back(InferDatatype(set, column));
  }
  // 9223372036854775808 is 2^63: one more than INT64 holds.
  EXPECT_THAT(datatypes,
              ElementsAre("INT64", "FP64", "BOOL", "BYTES", "FP64", "BYTES", "BYTES", "FP64"));
}

TEST(DatatypeNamed, KnowsTheProtocolsWordsInAnyCase) {
  EXPECT_EQ(DatatypeNamed("fp32"), "FP32");
  EXPECT_EQ(DatatypeNamed("UINT8"), "UINT8");
  EXPECT_EQ(DatatypeNamed("float"), "");
  EXPECT_EQ(DatatypeNamed("BF16"), "");  // It has no JSON form.
  EXPECT_EQ(Datatypes().size(), 13U);
}

TEST(CellAs, KeepsWholeNumbersWithinTheirRange) {
  EXPECT_EQ(As("INT8", "-128"), "-128");
  EXPECT_EQ(As("INT8", "128"), "wanted: a whole number from -128 to 127");
  EXPECT_EQ(As("UINT8", "255"), "255");
  EXPECT_EQ(As("UINT8", "-1"), "wanted: a whole number from 0 to 255");
  EXPECT_EQ(As("UINT64", "18446744073709551615"), "18446744073709551615");  // 2^64 − 1
  EXPECT_EQ(As("INT64", "9223372036854775807"), "9223372036854775807");     // 2^63 − 1
  EXPECT_EQ(As("INT64", "9223372036854775808"),
            "wanted: a whole number from -9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(As("INT32", "1.5"), "wanted: a whole number from -2147483648 to 2147483647");
  EXPECT_EQ(As("INT32", "true"), "wanted: a whole number from -2147483648 to 2147483647");
}

TEST(CellAs, WritesWholeNumbersThatCameAsOthersAsWhole) {
  EXPECT_EQ(As("INT64", "5.0"), "5");
  EXPECT_EQ(As("INT64", "1e3"), "1000");
  EXPECT_EQ(As("INT16", "-0.0"), "0");
  EXPECT_EQ(As("INT16", "\"12\""), "12");
  EXPECT_EQ(As("INT64", "1e17"),  // Beyond 2^53: which one?
            "wanted: a whole number from -9223372036854775808 to 9223372036854775807");
}

TEST(CellAs, KeepsNumbersWithinTheRangeOfAFloat) {
  EXPECT_EQ(As("FP32", "41"), "41");
  EXPECT_EQ(As("FP32", "\"4.5\""), "4.5");
  EXPECT_EQ(As("FP16", "65504"), "65504");
  EXPECT_EQ(As("FP16", "70000"), "wanted: a number up to 65504");
  EXPECT_EQ(As("FP32", "1e39"), "wanted: a number up to 3.4028e+38");
  EXPECT_EQ(As("FP64", "1e39"), "1e39");
  EXPECT_EQ(As("FP64", "\"nan\""), "wanted: a number");
}

TEST(CellAs, TakesTruthFromWordsAndFrom0And1) {
  EXPECT_EQ(As("BOOL", "true"), "true");
  EXPECT_EQ(As("BOOL", "\"False\""), "false");
  EXPECT_EQ(As("BOOL", "1"), "true");
  EXPECT_EQ(As("BOOL", "2"), "wanted: true or false");
}

TEST(CellAs, QuotesWhateverIsNoTextForBytes) {
  EXPECT_EQ(As("BYTES", "\"a\\\"b\""), "\"a\\\"b\"");
  EXPECT_EQ(As("BYTES", "1.50"), "\"1.50\"");
  EXPECT_EQ(As("BYTES", "true"), "\"true\"");
  EXPECT_EQ(As("BYTES", R"({"a":"b"})"), R"("{\"a\":\"b\"}")");
}

TEST(CellAs, GoesIntoListsAndLeavesNullAlone) {
  EXPECT_EQ(As("BYTES", "[1, [true]]"), R"(["1",["true"]])");
  EXPECT_EQ(As("INT8", "[1, 200]"), "wanted: a whole number from -128 to 127");
  EXPECT_EQ(As("INT8", "null"), "null");
  EXPECT_EQ(As("FP32", "[]"), "[]");
}

TEST(CellShape, CountsListsAndRefusesRaggedOnes) {
  EXPECT_THAT(*CellShape("5"), ElementsAre());
  EXPECT_THAT(*CellShape("[]"), ElementsAre(0));
  EXPECT_THAT(*CellShape("[[1,2,3],[4,5,6]]"), ElementsAre(2, 3));
  EXPECT_FALSE(CellShape("[[1,2],[3]]"));
  EXPECT_FALSE(CellShape("[1,[2]]"));
}

}  // namespace
}  // namespace loadline::scenario
