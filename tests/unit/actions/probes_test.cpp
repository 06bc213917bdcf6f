#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/fd.hpp"
#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

namespace {

/// What the probe says; errors begin with "! ".
std::string said(const Use& use) {
  const std::string words = use.line();
  return (use.has_failed() ? "! " : "") + words;
}

bool is_bad(const std::string& words) {
  return words.starts_with("! ");
}

/// A child that has ended and is not waited for yet.
class Zombie {
 public:
  Zombie() : pid_(::fork()) {
    if (pid_ == 0) ::_exit(0);
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) == 0);
  }
  Zombie(const Zombie&) = delete;
  Zombie& operator=(const Zombie&) = delete;
  ~Zombie() { (void)::waitpid(pid_, nullptr, 0); }
  pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_;
};

}  // namespace

TEST_SUITE("actions/probes") {
  TEST_CASE("a process is alive, a zombie is not, and neither is nothing") {
    const Folder folder;
    const auto main = [](pid_t pid) {
      return said(Use(kProbeProcess).with("target", "main").main_pid(pid));
    };
    CHECK(main(::getpid()).ends_with("is alive"));
    CHECK(is_bad(main(0)));
    const Zombie zombie;
    CHECK(main(zombie.pid()).ends_with("is dead"));
    const std::string own = std::to_string(::getpid());
    for (const std::string& text :
         {own, own + "\n", own + " 12\n", "  \t" + own + "\n", "\n" + own, "\v\f\r" + own + "\f"}) {
      CHECK(
          said(Use(kProbeProcess).with("target", folder.write("pid", text))).ends_with("is alive"));
    }
    for (const char* text : {"", "\n", "0", "-1", "abc", "1x", "99999999999", "4194305"}) {
      CAPTURE(text);
      CHECK(is_bad(said(Use(kProbeProcess).with("target", folder.write("pid", text)))));
    }
    CHECK(is_bad(said(Use(kProbeProcess).with("target", folder / "none"))));
  }

  TEST_CASE("a file is there, and young enough") {
    const Folder folder;
    auto all = Use(kProbeFile).with("path", folder.write("beat", "x"));
    CHECK(said(all) == "there");
    all.duration("newerThan", Duration(60000));
    CHECK_FALSE(is_bad(said(all)));
    const timespec old[2] = {{0, UTIME_OMIT}, {::time(nullptr) - 3600, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (folder / "beat").c_str(), old, 0) == 0);
    CHECK(said(all).find("changed 1h") != std::string::npos);
    const timespec later[2] = {{0, UTIME_OMIT}, {::time(nullptr) + 3600, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (folder / "beat").c_str(), later, 0) == 0);
    CHECK_FALSE(is_bad(said(all)));
    CHECK(is_bad(said(Use(kProbeFile).with("path", folder / "none"))));
  }

  TEST_CASE("a Unix socket accepts connections as long as somebody listens") {
    const Folder folder;
    const std::string path = folder / "socket";
    const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    CHECK(is_bad(said(Use(kProbeUnix).with("path", path))));
    REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    CHECK(is_bad(said(Use(kProbeUnix).with("path", path))));
    REQUIRE(::listen(listener.get(), 1) == 0);
    CHECK(said(Use(kProbeUnix).with("path", path)) == "connected");
    CHECK(is_bad(said(Use(kProbeUnix).with("path", folder.write("file", "x")))));
    CHECK(is_bad(said(Use(kProbeUnix).with("path", std::string(200, 'a')))));
  }

  TEST_CASE("no probe leaves its container unless it is allowed to") {
    for (const char* host : {"10.0.0.1:80", "example.org:80", "[2001:db8::1]:80"}) {
      CAPTURE(host);
      auto tcp = Use(kProbeTcp).with("address", host);
      auto http = Use(kProbeHttp).with("url", "http://" + std::string(host) + "/");
      CHECK(said(tcp).find("a probe is for its own container") != std::string::npos);
      CHECK(said(http).find("a probe is for its own container") != std::string::npos);
      CHECK_FALSE(tcp.problem().empty());
      CHECK_FALSE(http.problem().empty());
      tcp.flag("allowRemote");
      http.flag("allowRemote");
      CHECK(tcp.problem().empty());
      CHECK(http.problem().empty());
    }
    CHECK(Use(kProbeHttp).with("url", "http://${HOST}/").problem().empty());
    CHECK(Use(kProbeHttp).with("url", "http://unix:/run/a.sock:/").problem().empty());
  }

  TEST_CASE("what is said of an address that cannot be used has no password in it, and it once") {
    struct Row {
      const Action& probe;
      const char* param;
      const char* value;
      const char* said;
    };
    const Row rows[] = {
        {kProbeTcp, "address", "postgres://app:hunter2secret@db:5432/x",
         "! cannot use the address 'postgres://db:5432/x': it is a URL; write only host:port"},
        {kProbeTcp, "address", "app:hunter2secret@db:5432",
         "! cannot use the address 'db:5432': there is user-info before the host; write only "
         "host:port"},
        {kProbeGrpc, "address", "a:hunter2secret/@b",
         "! cannot use the address 'b': there is user-info before the host; write only host:port"},
        {kProbeHttp, "url", "http://app:hunter2secret@127.0.0.1/x?token=hunter2secret",
         "! cannot use the address 'http://127.0.0.1/x': it has user-info; write \"username\" and "
         "\"password\" where there are such keys"},
        {kProbeHttp, "url", "ftp://127.0.0.1/x?token=hunter2secret",
         "! cannot use the address 'ftp://127.0.0.1/x': write http://HOST:PORT/PATH or "
         "https://HOST:PORT/PATH"},
        {kProbeTcp, "address", "127.0.0.1",
         "! cannot use the address '127.0.0.1': the port is missing; write host:port"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.value);
      CHECK(said(Use(row.probe).with(row.param, row.value)) == row.said);
    }
    CHECK(check(kProbeTcp, "address", "db") == "\"db\": the port is missing; write host:port");
  }

  TEST_CASE("a header that would begin another is refused") {
    auto all = Use(kProbeHttp).with("url", "http://127.0.0.1:1/");
    all.member("headers", "X", "a\r\nY: b");
    CHECK(said(all) ==
          "! cannot use the header 'X': there is a line break or a control "
          "character in its value");
    all.member("headers", "content-length", "s3cret");
    CHECK(said(all) == "! cannot use the header 'content-length': pintle sets it itself");
  }
}
