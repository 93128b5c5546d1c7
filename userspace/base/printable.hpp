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

// JSON text in which the control characters that JSON lets stand as they are, 0x7f and U+0080 to
// U+009F, are escaped: "\u009b". A parser reads the same, and a terminal obeys none.
std::string escaped_controls(std::string_view json);

}  // namespace geoneuron
