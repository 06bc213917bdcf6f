// news_words.hpp - news as words, for tests that compare or print what the supervisor does.
#pragma once

#include <cstddef>
#include <iterator>

#include "init/events.hpp"

inline const char* word_of(pintle::init::News news) {
  using pintle::init::News;
  constexpr const char* kWords[] = {"started",
                                    "done",
                                    "failed",
                                    "skipped",
                                    "answered no",
                                    "went on",
                                    "fell back",
                                    "ended",
                                    "file done",
                                    "file failed",
                                    "file fell back",
                                    "ended early",
                                    "retried",
                                    "falls back",
                                    "fallback failed",
                                    "slow",
                                    "changed",
                                    "failed",
                                    "terminates",
                                    "repairs",
                                    "repaired",
                                    "not repaired",
                                    "started",
                                    "done",
                                    "failed",
                                    "skipped",
                                    "missed",
                                    "not now",
                                    "replaced",
                                    "cut",
                                    "late",
                                    "started",
                                    "ended",
                                    "stopping",
                                    "grace over",
                                    "outlived",
                                    "killing leftovers"};
  static_assert(std::size(kWords) == static_cast<std::size_t>(News::remaining_killed) + 1);
  return kWords[static_cast<std::size_t>(news)];
}
