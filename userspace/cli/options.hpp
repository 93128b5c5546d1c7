// SPDX-License-Identifier: MIT
// Options that several verbs share. Each function adds them to a verb's parser; what they point to
// must outlive the parser. Not thread-safe.
#pragma once

#include "cli/input_options.hpp"
#include "cli/session_options.hpp"
#include "cli/verb.hpp"

namespace CLI {
class App;
}

namespace geoneuron::cli {

// --json
void add_json_option(CLI::App& verb, Invocation& invocation);
// --socket
void add_socket_option(CLI::App& verb, SessionOptions& options);
// --socket, --device, --threads, --budget, --no-optimize
void add_device_options(CLI::App& verb, SessionOptions& options);
// --no-cache
void add_cache_option(CLI::App& verb, SessionOptions& options);
// --profile
void add_profile_option(CLI::App& verb, std::string& profile);
// --shape
void add_shape_option(CLI::App& verb, std::vector<std::string>& shapes);
// --input, --shape and how pictures become tensors
void add_input_options(CLI::App& verb, InputOptions& options);

}  // namespace geoneuron::cli
