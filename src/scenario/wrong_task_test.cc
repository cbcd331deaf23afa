// What people get wrong in data and tasks, and what Loadline says of it, word by word.
#include <gtest/gtest.h>

#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

const std::vector<WrongCase>& Cases() {
  static const std::vector<WrongCase> kCases{
      {"a data file that is not there",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: none.csv}}\n",
       {},
       "s.yaml:2: data.people.csv: found \"none.csv\"; expected a file that can be read (cannot "
       "open none.csv: no such file)\n"},
      {"a ragged row",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: ragged.csv}}\n",
       {},
       "s.yaml:2: data.people.csv: found \"ragged.csv\"; expected 2 cells as in the header, not 1 "
       "(line 3)\n"},
      {"an open quote",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: open.csv}}\n",
       {},
       "s.yaml:2: data.people.csv: found \"open.csv\"; expected the quote that opens here to be "
       "closed (line 2)\n"},
      {"broken JSON Lines",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {jsonl: broken.jsonl}}\n",
       {},
       "s.yaml:2: data.people.jsonl: found \"broken.jsonl\"; expected one JSON object (line 2)\n"},
      {"an empty data set",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: header.csv}}\n",
       {},
       "s.yaml:2: data.people.csv: found \"header.csv\"; expected at least one row\n"},
      {"a data set from two files",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: people.csv, jsonl: people.jsonl}}\n",
       {},
       "s.yaml:2: data.people: found two sources; expected one of csv: FILE, jsonl: FILE, log: "
       "FILE and "
       "inline: ROWS\n"},
      {"a data set from nowhere, in an odd order",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {order: backwards}}\n",
       {},
       "s.yaml:2: data.people.order: found \"backwards\"; expected cycle, random, shuffle or once\n"
       "s.yaml:2: data.people: expected csv: FILE, jsonl: FILE, log: FILE or inline: ROWS\n"},
      {"a data set with a reserved name",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {random: {csv: people.csv}}\n",
       {},
       "s.yaml:2: data: found \"random\"; expected a name of letters, digits, _ and -, not random, "
       "uuid, counter nor the name of a captured value\n"},
      {"a column that does not exist",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: people.csv}}\n"
       "tasks: [{get: '/${people.agee}'}]\n",
       {},
       "s.yaml:3: tasks[0].get: found \"${people.agee}\"; expected people. with name, age, row or "
       "rows(n)\n"},
      {"a data set that does not exist",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: '/${peple.age}'}]\n",
       {},
       "s.yaml:2: tasks[0].get: found \"${peple.age}\"; expected a data set 'peple' under data:\n"},
      {"a data set without a column",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: people.csv}}\n"
       "tasks: [{get: '/${people}'}]\n",
       {},
       "s.yaml:3: tasks[0].get: found \"${people}\"; expected ${people.row}, ${people.rows(n)} or "
       "a column of people\n"},
      {"no rows at all",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: people.csv}}\n"
       "tasks: [{post: /, json: '${people.rows(0)}'}]\n",
       {},
       "s.yaml:3: tasks[0].json: found \"${people.rows(0)}\"; expected ${people.rows(n)} with n "
       "from 1 to 1,000,000\n"},
      {"fewer rows than a batch takes once",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {csv: people.csv, order: once}}\n"
       "tasks: [{post: /, json: '${people.rows(64)}'}]\n",
       {},
       "s.yaml: tasks: found 2 rows in people; expected at least the 64 that default sends at once "
       "(order: once)\n"},
      {"a random number from high to low",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: '/${random.int(9,1)}'}]\n",
       {},
       "s.yaml:2: tasks[0].get: found \"${random.int(9,1)}\"; expected ${random.int(low,high)} "
       "with whole numbers, low <= high\n"},
      {"an unknown function",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: '/${random.float(1)}', headers: {X: '${now()}'}}]\n",
       {},
       "s.yaml:2: tasks[0].headers.X: found \"${now()}\"; expected ${random.int(low,high)} or "
       "${data.rows(n)}\n"
       "s.yaml:2: tasks[0].get: found \"${random.float(1)}\"; expected ${random.int(low,high)} "
       "with whole numbers, low <= high\n"},
      {"a line break from data in a header",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "data: {people: {jsonl: lines.jsonl}}\n"
       "tasks: [{get: /, headers: {X: '${people.name}'}}]\n",
       {},
       "s.yaml:3: tasks[0].headers.X: found a control character in row 1 of people.name; expected "
       "text of one line in a header\n"},
      {"no tasks in the list",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: []\n",
       {},
       "s.yaml:2: tasks: found an empty list; expected at least one task\n"},
      {"tasks that are no list",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: {get: /}\n",
       {},
       "s.yaml:2: tasks: found a map; expected a list, each element with a dash in front\n"},
      {"two paths",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: /a, post: /b}]\n",
       {},
       "s.yaml:2: tasks[0]: found get and post; expected one path\n"},
      {"two methods",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: /a, method: PUT}]\n",
       {},
       "s.yaml:2: tasks[0]: found get and method; expected one method\n"},
      {"a method in small letters",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{path: /a, method: post}]\n",
       {},
       "s.yaml:2: tasks[0].method: found \"post\"; expected a method in capitals such as GET or "
       "POST\n"},
      {"a path without its slash",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: score}]\n",
       {},
       "s.yaml:2: tasks[0].get: found \"score\"; expected a path that begins with / (or ? for a "
       "query alone)\n"},
      {"a path with a space",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: /a b}]\n",
       {},
       "s.yaml:2: tasks[0].get: found \"/a b\"; expected a path without spaces, # and non-ASCII "
       "letters; write them as %20\n"},
      {"two bodies",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{post: /, json: {a: 1}, body: x}]\n",
       {},
       "s.yaml:2: tasks[0]: found more than one of json, body and rows; expected one\n"},
      {"a body for HEAD",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{head: /, body: x}]\n",
       {},
       "s.yaml:2: tasks[0]: found a body for HEAD; expected no body\n"},
      {"a body file that is not there",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{post: /, body: {file: none.json}}]\n",
       {},
       "s.yaml:2: tasks[0].body.file: found \"none.json\"; expected a file that can be read "
       "(cannot open none.json: no such file)\n"},
      {"a body from nowhere",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{post: /, body: {fil: a}}]\n",
       {},
       "s.yaml:2: tasks[0].body: found the unknown key \"fil\"; expected file?\n"
       "s.yaml:2: tasks[0].body: expected file: PATH\n"},
      {"numbers that JSON does not know",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{post: /, json: {a: 0x1F, b: .5, c: .inf, d: 007}}]\n",
       {},
       "s.yaml:2: tasks[0].json.a: found \"0x1F\"; expected a number as JSON writes it (31, -0.5, "
       "1e9), or quotes around text\n"
       "s.yaml:2: tasks[0].json.b: found \".5\"; expected a number as JSON writes it (31, -0.5, "
       "1e9), or quotes around text\n"
       "s.yaml:2: tasks[0].json.c: found \".inf\"; expected a number as JSON writes it (31, -0.5, "
       "1e9), or quotes around text\n"
       "s.yaml:2: tasks[0].json.d: found \"007\"; expected a number as JSON writes it (31, -0.5, "
       "1e9), or quotes around text\n"},
      {"MLflow without rows",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{as: mlflow}]\n",
       {},
       "s.yaml:2: tasks[0]: found as: mlflow without rows; expected rows: with a data set or a "
       "file (--rows data.csv)\n"},
      {"MLflow with rows that are nothing",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{as: mlflow, rows: wine}]\n",
       {},
       "s.yaml:2: tasks[0].rows: found \"wine\"; expected a data set under data:, a .csv or .jsonl "
       "file, or JSON objects\n"},
      {"an unknown shape",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{as: kserve, rows: people.csv}]\n",
       {},
       "s.yaml:2: tasks[0].as: found \"kserve\"; expected plain, mlflow, kserve-v1, kserve-v2 "
       "or tfserving\n"},
      {"a batch of none",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{post: /, rows: people.csv, batch: 0}, {get: /, batch: 2}]\n",
       {},
       "s.yaml:2: tasks[0].batch: found \"0\"; expected a whole number from 1 to 1,000,000\n"
       "s.yaml:2: tasks[1]: found batch without rows; expected rows: with the data set that is "
       "sent in batches\n"},
      {"a type without a body",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: /, content_type: text/csv}]\n",
       {},
       "s.yaml:2: tasks[0].content_type: found \"text/csv\"; expected a body with it\n"},
      {"the same name twice",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks:\n"
       "  - {name: a, get: /}\n"
       "  - {name: a, get: /b}\n",
       {},
       "s.yaml:4: tasks[1]: found the name \"a\" twice; expected each task's name once\n"},
      {"a name that no objective could say",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{name: 'a<b', get: /}]\n",
       {},
       "s.yaml:2: tasks[0].name: found \"a<b\"; expected a name without <, > and = and without "
       "spaces around it\n"},
      {"a weight of none",
       Command::kRun,
       "s.yaml",
       "target: http://h:1\n"
       "tasks: [{get: /, weight: 0}]\n",
       {},
       "s.yaml:2: tasks[0].weight: found \"0\"; expected a number above 0\n"},
  };
  return kCases;
}

TEST(WrongTasks, AreRefusedWithAllTheirFaultsAndWithoutSecrets) {
  const Surroundings surroundings = InMemory(WrongCaseFiles());
  for (const WrongCase& c : Cases()) {
    const Built built = Build(MakeInput(c.command, c.subject, c.yaml, c.flags), surroundings);
    EXPECT_FALSE(built.ok()) << c.title;
    const std::string faults = Format(built.faults);
    EXPECT_EQ(faults, c.faults) << c.title;
    EXPECT_EQ(faults.find("s3cr3t"), std::string::npos) << c.title;
  }
}

}  // namespace
}  // namespace loadline::scenario
