#include <doctest/doctest.h>

#include "config/request.hpp"
#include "init/child.hpp"
#include "init/preflight.hpp"
#include "world.hpp"

using namespace world;
using config::Request;

namespace {

const std::string kFetch = "/proc/self/exe";  // a program that is there

Surroundings around(const std::string& program = kFetch) {
  Surroundings all{.environment = {"PATH=/bin", "TOKEN=secret", "FILE=/data/x"}};
  all.self = {.uid = 1000, .gid = 1000};
  all.fetch_program = program;
  return all;
}

Request request_of(const Preflight& preflight, std::size_t place) {
  const auto told = preflight.recipes().hooks()[place].request();
  REQUIRE(told);
  REQUIRE(*told);
  const auto request = config::decode_request(**told);
  REQUIRE(request);
  return *request;
}

/// A step "f" that falls back on /old, and what the second program is told of the fallback.
std::optional<Request> fallback_of(const std::string& action, const std::string& more = {}) {
  const config::Model model =
      model_of(R"({"steps":[{"id":"f",)" + action +
               R"(,"onFailure":{"action":"fallback","source":"/old")" + more + "}}]}");
  const Preflight preflight(model, around());
  CHECK(child_of(preflight.recipes().hooks()[1]).task);
  return preflight.recipes().hooks()[1].request() ? std::optional(request_of(preflight, 1))
                                                  : std::nullopt;
}

constexpr const char* kDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_SUITE("init/recipe_apart") {
  TEST_CASE("pintle-fetch is told everything by its request, expanded, and nothing by argv") {
    const config::Model model = model_of(R"({"steps":[{"id":"f","environment":{"A":"b"},
      "fetch":{"url":"https://h/$TOKEN","path":"$FILE","headers":{"X":"Bearer ${TOKEN}"}}}]})");
    const Preflight preflight(model, around());
    CHECK(preflight.refusal().code == ExitCode::ok);
    const sys::Child child = child_of(preflight.recipes().hooks()[0]);
    CHECK(child.task);  // it starts the program
    CHECK(child.argv.empty());
    CHECK(child.environment.empty());
    const Request request = request_of(preflight, 0);
    CHECK(request.action == "fetch");
    CHECK(request.text("url") == "https://h/secret");
    CHECK(request.text("path") == "/data/x");
    CHECK(request.texts("headers") == Lines{"X: Bearer secret"});
  }

  TEST_CASE("fetch is told of proxies whatever it inherits, and others are not") {
    const config::Model model = model_of(R"({"environment":{"https_proxy":{"file":"/no/such"}},
      "steps":[
        {"id":"f","fetch":{"url":"https://h/","path":"/x"},"environment":{"no_proxy":"own"}},
        {"id":"c","check":{"path":"/x","prohibit":["y"]}}]})");
    Surroundings surroundings = around();
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "no_proxy"}) {
      surroundings.environment.push_back(std::string(name) + "=system's");
    }
    const Preflight preflight(model, surroundings);
    const Request request = request_of(preflight, 0);
    CHECK(request.text("http_proxy") == "system's");
    CHECK(request.text("https_proxy") == "system's");
    CHECK(request.text("no_proxy") == "own");
    CHECK_FALSE(request.has("HTTP_PROXY"));
    CHECK_FALSE(request.has("all_proxy"));
    CHECK_FALSE(request_of(preflight, 1).has("http_proxy"));
  }

  TEST_CASE("without the program such a hook is refused, and only such a hook") {
    const auto refused = [](const char* config) {
      const config::Model model = model_of(config);
      return Preflight(model, around("/no/pintle-fetch")).refusal();
    };
    const Refusal refusal =
        refused(R"({"steps":[{"id":"c","check":{"path":"/x","prohibit":["y"]}}]})");
    CHECK(refusal.code == ExitCode::config);
    CHECK(refusal.reasons == Lines{"step c: \"check\" is done by '/no/pintle-fetch', which is not "
                                   "there; copy it to where pintle is: COPY --from=pintle / /"});
    CHECK(refused(R"({"steps":[{"id":"c","link":{"path":"/x","target":"y"}}]})").code ==
          ExitCode::ok);
    CHECK(refused(R"({"steps":[{"id":"c","imageModes":["prebuilt"],
                                "check":{"path":"/x","prohibit":["y"]}}]})")
              .code == ExitCode::ok);
  }

  TEST_CASE("a fallback goes where the result would have gone, with the proofs, mode and owner") {
    const Request request = *fallback_of(
        std::string(R"("fetch":{"url":"http://h/","path":"$FILE","mode":"0600","owner":"5:6",)") +
        R"("prohibit":["a","b"],"sha256":")" + kDigest + "\"}");
    CHECK(request.action == "fallback");
    CHECK(request.text("source") == "/old");
    CHECK(request.text("destination") == "/data/x");
    CHECK(request.number("mode") == 0600);
    CHECK(request.text("owner") == "5:6");
    CHECK(request.text("sha256") == kDigest);
    CHECK(request.texts("prohibit") == Lines{"a", "b"});
  }

  TEST_CASE("a destination of its own is kept, with its own mode") {
    const Request request =
        *fallback_of(R"("fetch":{"url":"http://h/","path":"/x","mode":"0600","prohibit":["a"]})",
                     R"(,"destination":"/elsewhere")");
    CHECK(request.text("destination") == "/elsewhere");
    CHECK_FALSE(request.has("mode"));
    CHECK(request.texts("prohibit") == Lines{"a"});
  }

  TEST_CASE("without anything to prove a fallback needs no second program") {
    CHECK_FALSE(fallback_of(R"("fetch":{"url":"http://h/","path":"/x"})"));
    CHECK_FALSE(fallback_of(R"("command":"x")"));
  }
}
