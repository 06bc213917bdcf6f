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
        {"Server=db;Pwd=a;PassWord=p", "Server=db;Pwd=***;PassWord=***"},
        {"Server=db;Password=p w,x&y;User=a", "Server=db;Password=***;User=a"},
        {"Server=db;Password=\"p;w\";User=a", "Server=db;Password=***;User=a"},
        {"Driver={x};PWD={p;w", "Driver={x};PWD=***"},
        {"host = db password = 'p w' user = a", "host = db password = *** user = a"},
        {"password=", "password=***"},
        {"jdbc:postgresql://h/d?user=a&password=p", "jdbc:postgresql://h/d"},
        {"jdbc:sqlserver://h:1433;user=a;password=p,w",
         "jdbc:sqlserver://h:1433;user=a;password=***"},
        {"jdbc:oracle:thin:app/p@//db:1521/x", "//db:1521/x"},
        {"redis:6379,password=p,ssl=true", "redis:6379,password=***,ssl=true"},
        {"keycloak:8080", "keycloak:8080"},
        {"/app/node_modules/@scope/x", "/app/node_modules/@scope/x"},
        {"./getty@.service", "./getty@.service"},
        {"/run/app:hunter2@db", "db"},
        {"/run/postgres://app:p/w@db", "db"},
        {"//app/p@db", "db"},
        {"https://unpkg.com/react@18/x.js", "https://unpkg.com/react@18/x.js"},
        {"https://token@h/react@18", "https://18"},
        {"https://h/https://u:p@h2/x", "https://h2/x"},
        {"two\nlines", "two\\nlines"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.value);
      CHECK(shown_value(row.value) == row.shown);
      CHECK(shown_value(row.shown) == row.shown);
    }
    CHECK(shown_value(std::string(5000, 'x')) == std::string(5000, 'x'));
  }

  TEST_CASE("of a value whose end was cut off no password is left whose @ is gone") {
    CHECK(shown_beginning("postgres://app:hunt") == "postgres://...");
    CHECK(shown_beginning("app:hunt") == "...");
    CHECK(shown_beginning("/srv/long") == "/srv/long...");
  }

  TEST_CASE("a name with TOKEN, PASS, SECRET, KEY or CREDENTIAL in it is a secret's") {
    for (const char* name : {"TOKEN", "db_password", "MySecretThing", "API_KEY", "credentials"}) {
      CHECK(is_secret_name(name));
    }
    for (const char* name : {"", "DATABASE_URL", "KE", "PAS"}) CHECK_FALSE(is_secret_name(name));
  }
}
