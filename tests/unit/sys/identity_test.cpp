#include "sys/identity.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include "../folder.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

const Accounts kAccounts{
    "root:x:0:0:root:/root:/bin/sh\n"
    "app:x:1000:1000::/home/app:/sbin/nologin\n"
    "homeless:x:1001:1001:::\n"
    "1000:x:2000:2000:a name of digits:/digits:\n"
    "twice:x:3000:3000::/first:\n"
    "twice:x:3001:3001::/second:\n",
    "root:x:0:\n"
    "app:x:1000:\n"
    "log:x:4:syslog,app\n"
    "video:x:44:app\n"
    "video2:x:44:app\n"
    "others:x:50:application,ap,xapp\n"
    "1000:x:77:app\n"};

struct Good {
  const char* spec;
  uid_t uid;
  gid_t gid;
  std::vector<gid_t> groups;
  const char* name;
  const char* home;
};

void check_good(const Good& row, const Accounts& accounts) {
  CAPTURE(row.spec);
  const auto identity = resolve_user(row.spec, accounts);
  REQUIRE(identity);
  CHECK(identity->uid == row.uid);
  CHECK(identity->gid == row.gid);
  CHECK(identity->groups == row.groups);
  CHECK(identity->name == row.name);
  CHECK(identity->home == row.home);
}

}  // namespace

TEST_SUITE("sys/identity") {
  TEST_CASE("a user is found by name or number, with all its groups or the one that is named") {
    const Good rows[] = {
        {"root", 0, 0, {0}, "root", "/root"},
        {"app", 1000, 1000, {1000, 4, 44, 77}, "app", "/home/app"},
        {"app:log", 1000, 4, {4}, "app", "/home/app"},
        {"app:0", 1000, 0, {0}, "app", "/home/app"},
        {"app:12345", 1000, 12345, {12345}, "app", "/home/app"},
        {"1000", 1000, 1000, {1000, 4, 44, 77}, "app", "/home/app"},
        {"1000:4", 1000, 4, {4}, "app", "/home/app"},
        {"homeless", 1001, 1001, {1001}, "homeless", "/"},
        {"twice", 3000, 3000, {3000}, "twice", "/first"},
        {"0", 0, 0, {0}, "root", "/root"},
        {"5000:5001", 5000, 5001, {5001}, "", "/"},
        {"5000:app", 5000, 1000, {1000}, "", "/"},
        {"2147483647:2147483647", 2147483647, 2147483647, {2147483647}, "", "/"},
    };
    for (const Good& row : rows) check_good(row, kAccounts);
  }

  TEST_CASE("digits are a number and never a name") {
    // uid 1000 is app, though a user is called "1000"; gid 1000 is that number, not group 77.
    check_good({"1000:1000", 1000, 1000, {1000}, "app", "/home/app"}, kAccounts);
    const Accounts only_name{"4242:x:1:1::/:\n", "4242:x:5:\n"};
    CHECK_FALSE(resolve_user("4242", only_name));
    CHECK(*resolve_group("4242", only_name) == 4242);
  }

  TEST_CASE("what is no user is refused") {
    const char* const rows[] = {"",
                                ":",
                                ":0",
                                ":app",
                                "nobody",
                                "app:",
                                "app:nogroup",
                                "-1",
                                "+1",
                                " 1",
                                "1 ",
                                "007",
                                "00",
                                "0x0",
                                "1.0",
                                "1e3",
                                "2147483648:1",
                                "4294967295:1",
                                "4294967296:1",
                                "4294967295",
                                "18446744073709551616:0",
                                "1:1:1",
                                "app:app:app",
                                "app:-1",
                                "app:+1",
                                "app: 1",
                                "app:007",
                                "app:4294967295",
                                "app:4294967296",
                                "5000",
                                "\n",
                                "app\n",
                                "ROOT",
                                "root ",
                                "app,log",
                                "1000:1000:"};
    for (const char* spec : rows) {
      CAPTURE(spec);
      CHECK_FALSE(resolve_user(spec, kAccounts));
    }
  }

  TEST_CASE("the message says what to write instead") {
    struct Row {
      const char* spec;
      const char* message;
    };
    const Row rows[] = {
        {"bob",
         "cannot use user 'bob': no such user in /etc/passwd; write a number, as in 1000:1000"},
        {"5000",
         "cannot use user '5000': it has no entry in /etc/passwd; add its group, as in "
         "1000:1000"},
        {"007",
         "cannot use user '007': a uid is a number from 0 to 2147483647, without leading zero"},
        {"app:x",
         "cannot use group 'x': no such group in /etc/group; write its number, as in 1000"},
        {"${PUID:-1}",
         "cannot use user '${PUID:-1}': no such user in /etc/passwd; write a number, as in "
         "1000:1000"},
        {":1", "cannot use user ':1': the user is empty; write user or user:group"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.spec);
      const auto identity = resolve_user(row.spec, kAccounts);
      REQUIRE_FALSE(identity);
      CHECK(identity.error().message() == row.message);
    }
  }

  TEST_CASE("the files may end lines as they like and hold what they like") {
    const std::string endless(200'000, 'c');
    const Accounts rows[] = {
        {"app:x:10:20::/home/app:/bin/x\r\n", "log:x:30:app\r\n"},  // CRLF
        {"app:x:10:20::/home/app:/bin/x", "log:x:30:app"},          // no final newline
        {"app:x:10:20::/home/app", "log:x:30:app"},                 // no shell
        {"app:x:10:20:" + endless + ":/home/app:", "log:x:30:" + endless + ",app\n"},
        {"\n\n#comment\n+::::::\napp\napp:x\napp:x:10\napp:x::20::/bad:\napp:x:a:b::/bad:\n"
         "app:x:-1:20::/bad:\napp:x:+1:20::/bad:\napp:x: 10:20::/bad:\napp:x:010:20::/bad:\n"
         "app:x:4294967296:20::/bad:\n:x:10:20::/bad:\napp:x:10:20::/home/app:\n",
         "\n#\nlog\nlog:x\nlog:x:a:app\nlog:x:-1:app\nlog:x:4294967296:app\nlog:x:30:,,app,\n"},
        {"app:x:10:20:a:/home/app:b:c:d:e\n", "log:x:30:app:more\n"},  // too many fields
    };
    for (const Accounts& accounts : rows) {
      CAPTURE(accounts.passwd.substr(0, 60));
      check_good({"app", 10, 20, {20, 30}, "app", "/home/app"}, accounts);
      CHECK(*resolve_group("log", accounts) == 30);
    }
  }

  TEST_CASE("NUL bytes in a file are no end of anything") {
    const std::string passwd("a\0b:x:1:1::/:\napp:x:10:20::/h:\n", 31);
    CHECK(*resolve_group("5", {passwd, ""}) == 5);
    check_good({"app", 10, 20, {20}, "app", "/h"}, {passwd, ""});
    CHECK_FALSE(resolve_user("a", {passwd, ""}));
  }

  TEST_CASE("without any file only numbers with a group are users") {
    const Accounts none;
    check_good({"1000:1000", 1000, 1000, {1000}, "", "/"}, none);
    check_good({"0:0", 0, 0, {0}, "", "/"}, none);
    CHECK_FALSE(resolve_user("0", none));
    CHECK_FALSE(resolve_user("root", none));
    CHECK_FALSE(resolve_group("root", none));
    CHECK_FALSE(resolve_group("", none));
  }

  TEST_CASE("the files are read below a root; an absent one is empty") {
    const Folder folder;
    const std::string& root = folder.path();
    const Accounts absent = read_accounts(root);
    CHECK(absent.passwd.empty());
    CHECK(absent.group.empty());
    CHECK_FALSE(absent.passwd_error);
    REQUIRE(::mkdir((root + "/etc").c_str(), 0755) == 0);
    std::ofstream(root + "/etc/passwd") << kAccounts.passwd;
    std::ofstream(root + "/etc/group") << kAccounts.group;
    const Accounts accounts = read_accounts(root);
    CHECK(accounts.passwd == kAccounts.passwd);
    CHECK(accounts.group == kAccounts.group);
  }

  TEST_CASE("a passwd that is a FIFO is refused without waiting for it") {
    const Folder folder;
    const std::string& root = folder.path();
    REQUIRE(::mkdir((root + "/etc").c_str(), 0755) == 0);
    REQUIRE(::mkfifo((root + "/etc/passwd").c_str(), 0600) == 0);
    CHECK(read_accounts(root).passwd_error);
  }

  TEST_CASE("a file that cannot be read matters only to what needs it") {
    const Error error{"open", EACCES, "/etc/x", {}};
    const Accounts no_passwd{"", "g:x:7:\n", error, {}};
    CHECK(resolve_user("1000:1000", no_passwd));
    CHECK(resolve_user("1000:g", no_passwd));
    CHECK(resolve_user("app:7", no_passwd).error().code == EACCES);
    CHECK(resolve_user("1000", no_passwd).error().code == EACCES);
    const Accounts no_group{"app:x:1:2::/:\n", "", {}, error};
    CHECK(resolve_user("app:7", no_group));
    CHECK(resolve_user("app", no_group).error().code == EACCES);
    CHECK(resolve_group("g", no_group).error().code == EACCES);
    CHECK(resolve_group("7", no_group));
  }

  TEST_CASE("an id is mapped when one of the map's ranges holds it") {
    const char* const map = "         0       1000          1\n         5     100000         10\n";
    for (const std::uint32_t id : {0U, 5U, 14U}) CHECK(is_mapped(map, id));
    for (const std::uint32_t id : {1U, 4U, 15U, 65534U}) CHECK_FALSE(is_mapped(map, id));
    CHECK(is_mapped("         0          0 4294967295\n", 2147483647));
    CHECK(is_mapped("", 1000));
  }

  TEST_CASE("the current identity is the kernel's, with the file's name and home") {
    const std::string line = "me:x:" + std::to_string(::getuid()) + ":1::/my/home:\n";
    const Identity me = current_identity({line, ""});
    CHECK(me.uid == ::getuid());
    CHECK(me.gid == ::getgid());
    CHECK(me.name == "me");
    CHECK(me.home == "/my/home");
    CHECK(current_identity({}).home == "/");
    CHECK(current_identity({}).name.empty());
  }
}
