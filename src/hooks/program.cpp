#include "hooks/program.hpp"

#include <sys/resource.h>

#include <csignal>

#include "sys/signals.hpp"

namespace pintle::hooks {

Result<sys::Spawned> start_program(sys::Child program) {
  program.placement = sys::Placement::member;
  (void)sys::set_mask(sys::SignalMask::all());
  return sys::spawn(program);
}

void take_report(const sys::Spawned& spawned, sys::Report& report) {
  sys::Beginning beginning;
  if (const auto own = sys::read_report(spawned.report.get(), &beginning)) report = *own;
  if (beginning.proof != sys::Proof::none) report.proof = beginning.proof;
}

int end_like(const sys::Exit& exit) {
  if (exit.signal == 0) return exit.code;
  const rlimit none{};  // one core dump is enough
  (void)::setrlimit(RLIMIT_CORE, &none);
  (void)std::signal(exit.signal, SIG_DFL);
  (void)sys::set_mask({});
  (void)::raise(exit.signal);
  return exit.code;
}

}  // namespace pintle::hooks
