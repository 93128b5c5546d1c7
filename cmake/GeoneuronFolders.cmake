# SPDX-License-Identifier: MIT
# Where things are installed. Debian's folder for libraries has the machine's name in it whatever the
# prefix: its loader looks there in /usr and /usr/local alike, and its packages are made of that.
if(CMAKE_LIBRARY_ARCHITECTURE AND EXISTS /etc/debian_version)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "Where libraries go")
endif()
include(GNUInstallDirs)
