#include "base/shown.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;

TEST_SUITE("base/shown") {
  TEST_CASE("a value that is shown has no credentials in it, however they are written") {
    struct Row {
      const char* value;
      const char* shown;
    };
    const Row rows[] = {
        {"", ""},
        {"db", "db"},
        {"db:5432", "db:5432"},
        {"5x", "5x"},
        {"*/15 * ? * *", "*/15 * ? * *"},
        {"http://h:8/p", "http://h:8/p"},
        {"postgres://app:hunter2@db:5432/x", "postgres://db:5432/x"},
        {"postgres://app:p@ss/word@db/x", "postgres://db/x"},
        {"postgres://app:p/w?o#rd@db/x", "postgres://db/x"},
        {"postgres://app:p\"w d@db/x", "postgres://db/x"},
        {"app:hunter2@db:5432", "db:5432"},
        {"a@b:p://w@db", "db"},
        {"https://h/p?token=1#f", "https://h/p"},
        {"db:5432/x?password=p", "db:5432/x"},
        {"host=db password=p user=a", "host=db password=*** user=a"},
        {"Server=db;Pwd=a;PassWord=p", "Server=db;Pwd=a;PassWord=***"},
        {"two\nlines", "two\\nlines"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.value);
      CHECK(shown_value(row.value) == row.shown);
    }
    CHECK(shown_value(std::string(5000, 'x')) == std::string(5000, 'x'));
  }

  TEST_CASE("a name with TOKEN, PASS, SECRET, KEY or CREDENTIAL in it is a secret's") {
    for (const char* name : {"TOKEN", "db_password", "MySecretThing", "API_KEY", "credentials"}) {
      CHECK(is_secret_name(name));
    }
    for (const char* name : {"", "DATABASE_URL", "KE", "PAS"}) CHECK_FALSE(is_secret_name(name));
  }
}
