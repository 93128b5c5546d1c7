// SPDX-License-Identifier: MIT
// Whether text is what it must be before it is shown or put into JSON. Thread-safe.
#pragma once

#include <string_view>

namespace geoneuron {

// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace geoneuron
