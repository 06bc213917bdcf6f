#include "init/requests.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "control/checks_client.hpp"
#include "control/job_reply.hpp"
#include "init/news.hpp"

namespace pintle::init {
namespace {

constexpr int kPacketsATurn = 16;
constexpr std::size_t kMostPending = 16;

/// The run that was asked for has ended, or will never begin: a startup check that has passed.
bool is_over(const Supervisor& supervisor, const std::pair<Owner, int>& wanted) noexcept {
  const Run& run = supervisor.run(wanted.first);
  const bool will_run = supervisor.check(wanted.first).due().has_value();
  return !run.is_active() && (run.runs >= wanted.second || !will_run);
}

/// One that has a name of its own: not a copy.
bool is_job(const config::Hook& hook) noexcept {
  return hook.kind == config::Kind::job && hook.copy_of == config::kNoHook;
}

}  // namespace

/// Who does not read has himself to blame.
void Requests::answer(const std::string& client, std::string_view words) const {
  (void)sys::answer_packet(inbox_.socket, client, words);
}

Result<void> Requests::open() {
  inbox_ = TRY(sys::listen_for_requests());
  return {};
}

void Requests::receive(const Supervisor& supervisor, const Feed& feed) {
  for (int i = 0; i < kPacketsATurn; ++i) {
    auto packet = sys::receive_packet(inbox_.socket);
    if (!packet) return log::warning(packet.error().message());
    if (!*packet) return;
    take(std::move(**packet), supervisor, feed);
  }
}

void Requests::take(sys::Packet packet, const Supervisor& supervisor, const Feed& feed) {
  if (packet.from.pid == 0 || packet.answer_to.empty()) return;
  std::string client = std::move(packet.answer_to);
  std::string_view words = packet.text;
  const std::string_view verb = take_field(words, '\t');
  using Kind = control::JobReply::Kind;
  const auto refuse = [&](Kind kind, const std::string& why) {
    answer(client, verb == control::kJobVerb ? encode(control::JobReply{kind, 0, why}) : why);
  };
  const bool may = packet.from.uid == 0 || packet.from.uid == ::geteuid();
  if (!may) {
    return refuse(Kind::forbidden,
                  ::geteuid() == 0 ? std::string("only root may ask for that")
                                   : fmt::format("only root and uid {}, as which pintle runs, may "
                                                 "ask for that",
                                                 ::geteuid()));
  }
  if (pending_.size() + customers_.size() >= kMostPending) {
    return refuse(Kind::refused, "too many are asking already");
  }
  if (verb == control::kNowVerb) return take_checks(std::move(client), words, supervisor, feed);
  if (verb == control::kJobVerb) return take_job(std::move(client), words, feed);
  answer(client, "PID 1 is of another version of pintle");
}

void Requests::take_checks(std::string client, std::string_view ids, const Supervisor& supervisor,
                           const Feed& feed) {
  std::string unknown;
  const auto owners = checks_named(ids, unknown);
  if (!unknown.empty()) return answer(client, fmt::format("there is no check \"{}\"", unknown));
  Pending pending{std::move(client), {}};
  for (const Owner owner : owners) {
    const Run& run = supervisor.run(owner);
    // One that waits for the startup checks, or has been answered for good, does not run.
    if (!run.is_active() && !supervisor.check(owner).due()) continue;
    pending.runs.emplace_back(owner, run.runs + 1);
    feed(CheckHurried{owner});
  }
  pending_.push_back(std::move(pending));
}

/// "ID\tSOCKET": the latter is where the client waits for what the job writes.
void Requests::take_job(std::string client, std::string_view words, const Feed& feed) {
  const std::string_view id = take_field(words, '\t');
  const auto found =
      std::find_if(model_.hooks.begin(), model_.hooks.end(),
                   [&](const config::Hook& hook) { return is_job(hook) && hook.id == id; });
  if (found == model_.hooks.end()) {
    return answer(client,
                  encode(control::JobReply{control::JobReply::Kind::unknown, 0, unknown_job(id)}));
  }
  auto viewer = sys::try_connect_local(words);
  // Its name may have become somebody else's.
  const auto peer = viewer ? sys::peer_of(*viewer) : Result<sys::Peer>(viewer.error());
  if (!peer || (peer->uid != 0 && peer->uid != ::geteuid())) {
    const std::string why = "PID 1 cannot connect to who asks, to show what the job writes";
    return answer(client, encode(control::JobReply{control::JobReply::Kind::refused, 0, why}));
  }
  const int ticket = ++last_ticket_;
  customers_.push_back({ticket, std::move(client), *std::move(viewer)});
  feed(JobAsked{static_cast<Owner>(found - model_.hooks.begin()), ticket});
}

std::string Requests::unknown_job(std::string_view id) const {
  std::vector<std::string_view> ids;
  for (const config::Hook& hook : model_.hooks) {
    if (is_job(hook)) ids.push_back(hook.id);
  }
  const std::string_view meant = nearest(id, ids);
  std::string text = fmt::format("there is no job \"{}\"", one_line(id, 64));
  if (!meant.empty()) text += fmt::format("; did you mean \"{}\"?", meant);
  return text;
}

void Requests::conclude(const Answer& answer) noexcept {
  for (Customer& customer : customers_) {
    if (customer.ticket == answer.ticket) customer.reply = answer;
  }
}

int Requests::viewer(int ticket) const noexcept {
  for (const Customer& customer : customers_) {
    if (customer.ticket == ticket) return customer.viewer.get();
  }
  return -1;
}

/// All checks if there are no ids.
std::vector<Owner> Requests::checks_named(std::string_view ids, std::string& unknown) const {
  std::vector<Owner> owners;
  const bool all = ids.empty();
  const auto add = [&](std::string_view id) {
    bool found = false;
    for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
      const config::Hook& hook = model_.hooks[owner];
      if (hook.kind != config::Kind::check || (!all && hook.id != id)) continue;
      owners.push_back(owner);
      found = true;
    }
    if (!found && !all) unknown = one_line(id, 60);
  };
  if (all) add({});
  while (!ids.empty()) add(take_field(ids, '\t'));
  return owners;
}

/// Who could not be answered for want of memory is answered in the next turn.
void Requests::settle(const Supervisor& supervisor, const Words& words_of) {
  const bool runs = supervisor.phase() == Supervisor::Phase::running;
  const auto is_done = [&](const auto& wanted) { return is_over(supervisor, wanted); };
  for (Pending& one : pending_) {
    if (runs && !std::all_of(one.runs.begin(), one.runs.end(), is_done)) continue;
    answer(one.client, control::kDone);
    one.is_answered = true;
  }
  std::erase_if(pending_, [](const Pending& one) { return one.is_answered; });
  for (Customer& one : customers_) {
    if (!one.reply) continue;
    answer(one.client, encode(reply_to(*one.reply, model_, words_of(one.reply->owner))));
    one.is_answered = true;
  }
  std::erase_if(customers_, [](const Customer& one) { return one.is_answered; });
}

}  // namespace pintle::init
