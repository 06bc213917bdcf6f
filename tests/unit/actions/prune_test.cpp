#include "actions/prune.hpp"

#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;
using namespace std::chrono_literals;

TEST_SUITE("actions/prune") {
  TEST_CASE("the oldest are chosen first, the newest always stay") {
    const std::vector<OldFile> files{{30, 10}, {10, 10}, {20, 10}};
    using Chosen = std::vector<std::size_t>;
    struct Row {
      PruneRules rules;
      Chosen chosen;
    };
    const Row rows[] = {
        {{.modified_before = 20}, {1}},
        {{.modified_before = 21}, {1, 2}},
        {{.modified_before = 5}, {}},
        {{.most_bytes = 30}, {}},
        {{.most_bytes = 29}, {1}},
        {{.most_bytes = 0}, {1, 2, 0}},
        {{.most_bytes = 0, .keep_last = 2}, {1}},
        {{.keep_last = 1}, {1, 2}},
        {{.keep_last = 9}, {}},
        {{.modified_before = 99, .keep_last = 1}, {1, 2}},
        {{.modified_before = 11, .most_bytes = 10}, {1, 2}},
    };
    for (const Row& row : rows) CHECK(choose(files, row.rules) == row.chosen);
    CHECK(choose({}, {.keep_last = 1}).empty());
  }

  TEST_CASE("old files of the pattern go, in folders below only if asked for") {
    const Folder folder;
    folder.make("d/e");
    for (const auto* name : {"old.log", "old.txt", "d/e/old.log"}) {
      folder.write(name, "12345");
      folder.age(name, 3600);
    }
    folder.write("new.log", "x");
    REQUIRE(::symlink("old.txt", (folder / "l.log").c_str()) == 0);
    folder.age("l.log", 3600);
    const auto use = [&] {
      return Use(kPrune)
          .with("path", folder.path())
          .duration("olderThan", 1min)
          .with("pattern", "*.log");
    };
    CHECK_FALSE(use().is_done());
    CHECK(use().line() == "removed 1 files, 5 bytes");
    CHECK(use().is_done());
    CHECK(use().line() == "unchanged");
    CHECK_FALSE(use().flag("recursive").is_done());
    CHECK(use().flag("recursive").flag("removeEmpty").line() == "removed 1 files, 5 bytes");
    CHECK_FALSE(folder.has("d"));
    CHECK(folder.has("old.txt"));
    CHECK(folder.has("new.log"));
    CHECK(folder.has("l.log"));
  }

  TEST_CASE("of several names of one file no more go than were chosen") {
    const Folder folder;
    folder.write("a", "12345");
    for (const char* name : {"b", "c"}) {
      REQUIRE(::link((folder / "a").c_str(), (folder / name).c_str()) == 0);
    }
    const auto use = [&] { return Use(kPrune).with("path", folder.path()).number("keepLast", 2); };
    CHECK(use().foreseen().size() == 1);
    CHECK(use().line() == "removed 1 files, 5 bytes");
    CHECK(folder.count() == 2);
    CHECK(use().line() == "unchanged");
  }

  TEST_CASE("a preview tells what would go, the oldest first, and changes nothing") {
    const Folder folder;
    folder.make("d/e");
    folder.make("z");
    const std::pair<const char*, std::int64_t> files[] = {
        {"new", 10}, {"b", 300}, {"a", 200}, {"d/e/c", 400}, {"z/c", 250}};
    for (const auto& [name, seconds] : files) {
      folder.write(name, "12345");
      folder.age(name, seconds);
    }
    const auto use = [&](const std::string& path) {
      return Use(kPrune).with("path", path).duration("olderThan", 1min).flag("recursive");
    };
    using Lines = std::vector<std::string>;
    const Lines lines{"remove " + (folder / "d/e/c") + " 5", "remove " + (folder / "b") + " 5",
                      "remove " + (folder / "z/c") + " 5", "remove " + (folder / "a") + " 5"};
    CHECK(use(folder.path()).foreseen() == lines);
    CHECK(use(folder.path() + "/").foreseen() == lines);
    CHECK(folder.has("d/e/c"));
    CHECK(use(folder / "none").foreseen() == Lines());
    CHECK(contains(use("//").foreseen().front(), "cannot prune"));
    CHECK(use(folder.path()).line() == "removed 4 files, 20 bytes");
    CHECK(use(folder.path()).foreseen() == Lines());
  }

  TEST_CASE("absent is a success, everything is not, and a rule is needed") {
    CHECK(Use(kPrune).with("path", "/no/such").number("keepLast", 1).line() == "unchanged");
    CHECK(Use(kPrune).with("path", "/no/such").number("keepLast", 1).is_done());
    CHECK(contains(Use(kPrune).with("path", "//").number("keepLast", 1).line(), "cannot prune"));
    CHECK(Use(kPrune).with("path", "/a").problem() != "");
  }
}
