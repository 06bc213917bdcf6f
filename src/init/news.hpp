// init/news.hpp - the supervisor's news as log lines. Pure.
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

/// `detail` is the text from the hook's report or its exit status; may be "".
Line line_for(const Tell& tell, std::string_view detail);

/// The reply to the client that asked for a job: "job tidy: done in 2s: removed 3 files". The exit
/// code of a failure is never 0, even if the program's was.
control::JobReply reply_to(const Answer& answer, std::string_view detail);

/// True if the news is about the end of an attempt, so it has an exit code and a time.
bool has_result(News news) noexcept;

/// Why PID 1 exits: "step migrate failed: exit code 3". `detail` is the same as for line_for().
std::string reason_for(const Quit& quit, std::string_view detail);

}  // namespace pintle::init
