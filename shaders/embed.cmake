# SPDX-License-Identifier: MIT
# cmake -DSPIRV=in.spv -DHEADER=out.hpp -DNAME=identifier -P embed.cmake
# Writes SPIR-V as a C++ array of words, so that no program needs files beside it.
file(READ ${SPIRV} hex HEX)
string(REGEX REPLACE "(..)(..)(..)(..)" "0x\\4\\3\\2\\1," words "${hex}")
string(REGEX REPLACE "((0x........,)(0x........,)?(0x........,)?(0x........,)?(0x........,)?(0x........,)?(0x........,)?(0x........,)?)" "    \\1\n" words "${words}")
file(WRITE ${HEADER} "// Generated from GLSL.\n#pragma once\n\n#include <cstdint>\n\n"
     "namespace geoneuron::shaders {\n\ninline constexpr uint32_t ${NAME}[] = {\n${words}};\n\n"
     "}  // namespace geoneuron::shaders\n")
