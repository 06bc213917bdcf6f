#include "init/requests.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "control/checks_client.hpp"
#include "control/job_reply.hpp"
#include "init/back_off.hpp"
#include "init/news.hpp"

namespace pintle::init {
namespace {

constexpr int kPacketsATurn = 16;
constexpr std::size_t kMostPending = 16;

/// True if the requested run has ended, or will never begin because the startup check has passed.
bool is_over(const std::pair<const Hook*, int>& wanted) noexcept {
  const Hook& hook = *wanted.first;
  const bool will_run = hook.check().due().has_value();
  return !hook.run.is_active() && (hook.run.runs >= wanted.second || !will_run);
}

bool is_job(const Hook& hook) noexcept {
  return hook.is(config::Kind::job) && !hook.is_further_run;
}

}  // namespace

/// PID 1 does not wait: if the client does not read, its reply is lost.
void Requests::answer(const std::string& client, std::string_view words) const {
  (void)sys::answer_packet(inbox_.socket, client, words);
}

void Requests::open_if_due(Time now) {
  if (inbox_.socket || (open_at_ && now < *open_at_)) return;
  const bool was_missed = open_at_.has_value();
  open_at_ = now + kBackOff;  // also if the next lines throw because of too little memory
  auto opened = sys::listen_for_requests();
  constexpr const char* kWhat = "'pintle job' and 'pintle health --now'";
  if (opened) {
    inbox_ = *std::move(opened);
    open_at_.reset();
    if (was_missed) log::warning(fmt::format("{} work from now on", kWhat));
  } else if (!was_missed) {
    log::warning(
        fmt::format("{}; {} do not work until it can be done", opened.error().message(), kWhat));
  }
}

bool Requests::receive(const Feed& feed) {
  for (int i = 0; i < kPacketsATurn; ++i) {
    auto packet = sys::receive_packet(inbox_.socket);
    if (!packet) {
      log::warning(packet.error().message());
      return false;
    }
    if (!*packet) break;
    take(std::move(**packet), feed);
  }
  return true;
}

void Requests::take(sys::Packet packet, const Feed& feed) {
  if (packet.from.pid == 0 || packet.answer_to.empty()) return;
  std::string client = std::move(packet.answer_to);
  std::string_view words = packet.text;
  const std::string_view verb = take_field(words, '\t');
  using ReplyKind = control::JobReply::Kind;
  const auto refuse = [&](ReplyKind kind, const std::string& why) {
    answer(client, verb == control::kJobVerb ? encode(control::JobReply{kind, 0, why}) : why);
  };
  const bool may = packet.from.uid == 0 || packet.from.uid == ::geteuid();
  if (!may) {
    return refuse(ReplyKind::forbidden,
                  ::geteuid() == 0 ? std::string("only root may ask for that")
                                   : fmt::format("only root and uid {}, as which pintle runs, may "
                                                 "ask for that",
                                                 ::geteuid()));
  }
  if (pending_.size() + job_clients_.size() >= kMostPending) {
    return refuse(ReplyKind::refused, "too many requests are in progress");
  }
  if (verb == control::kNowVerb) return take_checks(std::move(client), words, feed);
  if (verb == control::kJobVerb) return take_job(std::move(client), words, feed);
  answer(client, "PID 1 is another version of pintle");
}

void Requests::take_checks(std::string client, std::string_view ids, const Feed& feed) {
  std::string unknown;
  const auto checks = checks_named(ids, unknown);
  if (!unknown.empty()) return answer(client, fmt::format("there is no check \"{}\"", unknown));
  Pending pending{std::move(client), {}};
  for (Hook* const hook : checks) {
    const Run& run = hook->run;
    // A check that waits for the startup checks does not run, nor a startup check that has passed.
    if (!run.is_active() && !hook->check().due()) continue;
    pending.runs.emplace_back(hook, run.runs + 1);
    feed(CheckHurried{hook});
  }
  pending_.push_back(std::move(pending));
}

/// "ID\tSOCKET": the client receives the job's output on that socket.
void Requests::take_job(std::string client, std::string_view words, const Feed& feed) {
  const std::string_view id = take_field(words, '\t');
  Hooks& hooks = supervisor_.hooks();
  const auto found = std::find_if(hooks.begin(), hooks.end(), [&](const Hook& hook) {
    return is_job(hook) && hook.id() == id;
  });
  if (found == hooks.end()) {
    return answer(client,
                  encode(control::JobReply{control::JobReply::Kind::unknown, 0, unknown_job(id)}));
  }
  auto viewer = sys::try_connect_local(words);
  // Another process may have taken the name meanwhile.
  const auto peer = viewer ? sys::peer_of(*viewer) : Result<sys::Peer>(viewer.error());
  if (!peer || (peer->uid != 0 && peer->uid != ::geteuid())) {
    const std::string why = "PID 1 cannot connect to the client's socket for the job's output";
    return answer(client, encode(control::JobReply{control::JobReply::Kind::refused, 0, why}));
  }
  const int ticket = ++last_ticket_;
  job_clients_.push_back({ticket, std::move(client), *std::move(viewer)});
  feed(JobAsked{&*found, ticket});
}

std::string Requests::unknown_job(std::string_view id) const {
  std::vector<std::string_view> ids;
  for (const Hook& hook : supervisor_.hooks()) {
    if (is_job(hook)) ids.push_back(hook.id());
  }
  const std::string_view meant = nearest(id, ids);
  std::string text = fmt::format("there is no job \"{}\"", one_line(id, 64));
  if (!meant.empty()) text += fmt::format("; did you mean \"{}\"?", meant);
  return text;
}

void Requests::conclude(const Answer& answer) noexcept {
  for (JobClient& client : job_clients_) {
    if (client.ticket == answer.ticket) client.reply = answer;
  }
}

int Requests::viewer(int ticket) const noexcept {
  for (const JobClient& client : job_clients_) {
    if (client.ticket == ticket) return client.viewer.get();
  }
  return -1;
}

/// The checks with these ids, all checks if `ids` is empty.
std::vector<Hook*> Requests::checks_named(std::string_view ids, std::string& unknown) {
  std::vector<Hook*> checks;
  const bool all = ids.empty();
  const auto add = [&](std::string_view id) {
    bool found = false;
    for (Hook& hook : supervisor_.hooks()) {
      if (!hook.is(config::Kind::check) || (!all && hook.id() != id)) continue;
      checks.push_back(&hook);
      found = true;
    }
    if (!found && !all) unknown = one_line(id, 60);
  };
  if (all) add({});
  while (!ids.empty()) add(take_field(ids, '\t'));
  return checks;
}

/// A reply that could not be sent because of too little memory is sent in the next turn.
void Requests::settle() {
  const bool runs = supervisor_.phase() == Phase::running;
  for (Pending& one : pending_) {
    if (runs && !std::all_of(one.runs.begin(), one.runs.end(), is_over)) continue;
    answer(one.client, control::kDone);
    one.is_answered = true;
  }
  std::erase_if(pending_, [](const Pending& one) { return one.is_answered; });
  for (JobClient& one : job_clients_) {
    if (!one.reply) continue;
    answer(one.client, encode(reply_to(*one.reply, one.reply->hook->words)));
    one.is_answered = true;
  }
  std::erase_if(job_clients_, [](const JobClient& one) { return one.is_answered; });
}

}  // namespace pintle::init
