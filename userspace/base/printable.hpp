// SPDX-License-Identifier: MIT
// Text from models, files and other strangers as a terminal may show it. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace geoneuron {

// `text` with every control character as '?': bytes below 0x20, 0x7f, and U+0080 to U+009F in
// UTF-8, which some terminals obey as they do escape sequences. Everything else stays, so that
// names in any language can be read.
std::string printable(std::string_view text);

}  // namespace geoneuron
