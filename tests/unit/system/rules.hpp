// What holds in every life, whatever fails.
#pragma once

#include <string>

#include "life.hpp"

namespace seam {

/// What is wrong with `out`, in which `failure` happened, where `good` is the same life without;
/// "" if nothing is.
std::string wrong_with(const Life& life, const Failure& failure, const Outcome& good,
                       const Outcome& out);

/// "life 2 'main ends by itself', call 17 (fork), EAGAIN for ever", and how to see it again.
std::string name_of_case(const Life& life, const Failure& failure, const Outcome& out);

/// Everything that was seen, for people.
std::string text_of(const Outcome& out);

}  // namespace seam
