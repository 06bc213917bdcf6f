// init/news.hpp - the supervisor's news as lines for the log. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"
#include "control/job_reply.hpp"
#include "init/events.hpp"
#include "init/hook.hpp"

namespace pintle::init {

struct Line {
  log::Level level;
  std::string text;
};

/// `detail` is what the hook's report or its exit said, "" if nothing.
Line line_for(const Tell& tell, std::string_view detail);

/// What who asked for a job is told of its end: "job tidy: done in 2s: removed 3 files". A failure
/// is never exit code 0, whatever the program said.
control::JobReply reply_to(const Answer& answer, std::string_view detail);

/// True if the news is about the end of an attempt, so that it has an exit code and a time.
bool has_result(News news) noexcept;

/// Why PID 1 ends: "step migrate failed: exit code 3". `detail` as above.
std::string reason_for(const Quit& quit, std::string_view detail);

}  // namespace pintle::init
