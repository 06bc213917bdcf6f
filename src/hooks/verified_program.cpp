#include "hooks/verified_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/exit_codes.hpp"
#include "base/signal_names.hpp"
#include "base/text.hpp"
#include "config/request.hpp"
#include "hooks/apart.hpp"
#include "sys/program_file.hpp"
#include "sys/signals.hpp"

namespace pintle::hooks {
namespace {

using config::Pinned;
using config::Verify;
using sys::Proof;
using sys::StartStep;
using Words = std::vector<std::string>;

struct Verified {
  Fd file{};
  Proof proof = Proof::none;
  std::optional<sys::ScriptLine> script{};  ///< nullopt: it is no script
};

/// "cannot verify 'path'" is said already; this is the rest.
std::string reason_of(const Error& error, const std::string& path) {
  if (error.subject != path) return error.message();
  return error.detail.empty() ? std::strerror(error.code) : error.detail;
}

/// The option that the "#!" line gives to the interpreter. For env(1), the word behind it is the
/// name of the interpreter. Errors: env has options.
Result<std::string> option_of(const sys::ScriptLine& line) {
  if (base_name(line.interpreter) != "env") return line.option;
  if (line.option.find_first_of("- \t=") == std::string::npos) return std::string();
  return Error::in_words(
      fmt::format("its line '#!{} {}' starts env with options; let the line "
                  "name the interpreter itself",
                  line.interpreter, one_line(line.option, 40)));
}

/// The verification of one candidate.
class Attempt {
 public:
  Attempt(const Verify& verify, const std::string& fetch_program, Execution execution,
          bool may_copy) noexcept
      : verify_(verify),
        fetch_program_(fetch_program),
        execution_(execution),
        may_copy_(may_copy) {}

  Result<sys::Executable> run(const std::string& path, const Words& argv) {
    Fd file = TRY(opened(path));
    Verified program = TRY(verified({verify_, path}, std::move(file)));
    if (program.script) return script(path, std::move(program), argv);
    if (verify_.interpreter) {
      return Error::in_words(
          "it does not begin with '#!'; leave \"interpreter\" out of \"verify\"");
    }
    return executable(path, std::move(program));
  }

  /// True if the failure is one that execve(2) would have had too.
  bool is_of_execution() const noexcept { return is_of_execution_; }

 private:
  Result<Fd> opened(const std::string& path) {
    auto file = sys::open_program(path);
    is_of_execution_ = !file && file.error().detail.empty();
    return file;
  }

  bool is_by_path() const noexcept { return execution_ == Execution::by_path; }

  sys::Executable executable(const std::string& path, Verified program) const {
    sys::Executable result{.path = path, .proof = program.proof};
    if (!is_by_path()) result.file = std::move(program.file);
    return result;
  }

  Result<Verified> verified(const Pinned& pinned, Fd file) const {
    if (!is_by_path() && sys::grants_privileges(file)) {
      return Error{
          "verify", 0, pinned.path,
          "it has set-user-ID, set-group-ID or capabilities, which its verified copy would "
          "not have"};
    }
    Verified result = TRY(fixed(std::move(file), pinned.path));
    TRY(compare(result.file, pinned));
    return result;
  }

  /// The bytes that are verified and executed.
  Result<Verified> fixed(Fd file, const std::string& path) const {
    if (is_by_path()) {
      auto script = sys::script_line(file);
      return Verified{std::move(file), Proof::before_start, std::move(script)};
    }
    if (auto copy = TRY(sys::sealed_copy(file, path))) {
      auto script = sys::script_line(copy->file);
      const bool is_usable = script || (copy->is_executable && may_copy_);
      if (is_usable) return Verified{std::move(copy->file), Proof::sealed_copy, std::move(script)};
    }
    if (sys::is_on_read_only_mount(file)) {
      auto script = sys::script_line(file);
      return Verified{std::move(file), Proof::read_only_mount, std::move(script)};
    }
    return Error{"verify", 0, path,
                 "a verified copy in memory may not be executed here (vm.memfd_noexec, SELinux), "
                 "and the file is not on a read-only mount"};
  }

  /// Lets pintle-fetch prove what `file` is.
  Result<void> compare(const Fd& file, const Pinned& pinned) const {
    config::Pairs values{{"path", pinned.path}};
    if (!pinned.sha256.empty()) values.emplace_back("sha256", pinned.sha256);
    if (!pinned.signature.empty()) values.emplace_back("signature", pinned.signature);
    const std::string request = TRY(config::encode_request("program", values));
    sys::Child program;
    program.argv = program.candidates = {fetch_program_};
    program.outlet = {.descriptor = file.get()};
    sys::Report report;
    const auto exit = ask_apart(std::move(program), request, report);
    (void)sys::set_mask({});  // a signal that has come meanwhile ends this process now
    if (!exit) return exit.error();
    if (exit->code == 0) return {};
    const std::string line(report.line());
    if (report.has_failure) return Error{sys::describe(report.step), report.code, line, {}};
    if (exit->signal == 0 && !line.empty()) {
      const bool differs = exit->code == static_cast<int>(ExitCode::unproven);
      // EBADMSG: the digest is another one.
      const int code = differs && !pinned.sha256.empty() ? EBADMSG : 0;
      return Error{"verify", code, pinned.path, line};
    }
    return Error::in_words(
        exit->signal == 0
            ? fmt::format("pintle-fetch ended with exit code {}", exit->code)
            : fmt::format("pintle-fetch was killed by {}", signal_name(exit->signal)));
  }

  /// The kernel would look up the interpreter of the "#!" line by its path, so the verified one is
  /// executed instead, with the arguments that the kernel would give it.
  Result<sys::Executable> script(const std::string& path, Verified program, const Words& argv) {
    if (!verify_.interpreter) {
      return Error::in_words(
          "it is a script, whose interpreter has to be verified too; add \"interpreter\": "
          "{\"path\": …, \"sha256\": …} to \"verify\"");
    }
    const std::string option = TRY(option_of(*program.script));
    const std::string& interpreter = verify_.interpreter->path;
    Fd file = TRY(sys::open_program(interpreter));
    Verified verified_one = TRY(verified(*verify_.interpreter, std::move(file)));
    if (verified_one.script) {
      return Error{"execute", 0, interpreter, "the interpreter is itself a script"};
    }
    const Proof weakest = std::max(program.proof, verified_one.proof);
    sys::Executable result = executable(interpreter, std::move(verified_one));
    result.proof = weakest;
    result.argv = {interpreter};
    if (!option.empty()) result.argv.push_back(option);
    result.argv.push_back(is_by_path() ? path : TRY(sys::inherited_path(program.file)));
    result.argv.insert(result.argv.end(), argv.begin() + 1, argv.end());
    if (!is_by_path()) result.inherited.push_back(std::move(program.file));
    return result;
  }

  const Verify& verify_;
  const std::string& fetch_program_;
  Execution execution_;
  bool may_copy_;
  bool is_of_execution_ = false;
};

}  // namespace

sys::Verification verification(const Verify& verify, const std::string& fetch_program,
                               Execution execution) {
  return
      [&verify, fetch_program, execution](const std::string& path, const Words& argv, bool may_copy,
                                          sys::Report& why) -> std::optional<sys::Executable> {
        Attempt attempt(verify, fetch_program, execution, may_copy);
        auto result = attempt.run(path, argv);
        if (result) return *std::move(result);
        const Error& error = result.error();
        why = {.has_failure = true,
               .step = attempt.is_of_execution() ? StartStep::execute : StartStep::verify,
               .code = error.code};
        why.set_line(path);
        why.set_detail(reason_of(error, path));
        return std::nullopt;
      };
}

}  // namespace pintle::hooks
