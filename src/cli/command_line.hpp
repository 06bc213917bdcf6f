// cli/command_line.hpp - what COMMAND, the words after the options, does to main of the config.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/config_file.hpp"

namespace pintle::cli {

struct TakenCommand {
  std::size_t literal_words = 0;  ///< so many of the last words of main are not expanded
  bool runs_alone = false;        ///< COMMAND is another program than main of the config
  std::string replaced{};         ///< the program of main of the config that does not run
};

/// COMMAND replaces main of the config, or its words follow the arguments, as "commandLine" says.
/// If it is another program than main with "options", nothing else of the config is used but the
/// identity of main and the variables that have values. `words` must not be empty. Errors: the
/// program is the empty word.
Result<TakenCommand> take_command(Loaded& loaded, std::vector<std::string> words);

}  // namespace pintle::cli
