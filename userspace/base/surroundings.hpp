// SPDX-License-Identifier: MIT
// What a process finds around it: its own program, its environment. Thread-safe.
#pragma once

#include <filesystem>
#include <string>

namespace geoneuron {

// The folder of this process's program; empty where it cannot be known.
std::filesystem::path program_folder();

// "" where it is not set, and where this process has more rights than who set it.
std::string environment(const char* name);

}  // namespace geoneuron
