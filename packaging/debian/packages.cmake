# SPDX-License-Identifier: MIT
# The Debian packages, which `./dev package` has CPack make of what is installed: one of each group
# of components.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME geoneuron)
set(CPACK_PACKAGE_CONTACT "The geoneuron authors <maintainers@geoneuron.invalid>")
set(CPACK_COMPONENTS_ALL programs library development dkms)
set(CPACK_COMPONENT_PROGRAMS_GROUP geoneuron)
set(CPACK_COMPONENT_LIBRARY_GROUP geoneuron)
set(CPACK_COMPONENT_DEVELOPMENT_GROUP geoneuron-dev)
set(CPACK_COMPONENT_DKMS_GROUP geoneuron-dkms)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/documents.cmake)
set(CPACK_GEONEURON_DOCUMENTS ${CMAKE_CURRENT_LIST_DIR})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# The maintainer scripts NAME ... of a package, with what is known only here filled in: into variable.
function(maintainer_scripts package variable)
  set(scripts)
  foreach(name ${ARGN})
    set(script ${CMAKE_CURRENT_BINARY_DIR}/debian/${package}/${name})
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${package}/${name}.in ${script} @ONLY)
    list(APPEND scripts ${script})
  endforeach()
  set(${variable} ${scripts} PARENT_SCOPE)
endfunction()

set(CPACK_DEBIAN_GEONEURON_DESCRIPTION "The daemon runs networks on the machine's GPUs
and cores for all programs, and draws what is inside them. Here are the daemon,
its worker, the command-line tool and the library for programs.")
set(CPACK_DEBIAN_GEONEURON_PACKAGE_NAME geoneuron)
set(CPACK_DEBIAN_GEONEURON_PACKAGE_SECTION science)
set(CPACK_DEBIAN_GEONEURON_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
# Where the tool's own library is found, which no package has yet.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/userspace/client)
set(CPACK_DEBIAN_GEONEURON_PACKAGE_DEPENDS
    "fonts-dejavu-core, systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_GEONEURON_PACKAGE_RECOMMENDS "mesa-vulkan-drivers | vulkan-icd")
set(CPACK_DEBIAN_GEONEURON_PACKAGE_SUGGESTS "geoneuron-dkms")
maintainer_scripts(geoneuron CPACK_DEBIAN_GEONEURON_PACKAGE_CONTROL_EXTRA postinst prerm postrm)
list(APPEND CPACK_DEBIAN_GEONEURON_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/geoneuron/triggers)

set(CPACK_DEBIAN_GEONEURON-DEV_DESCRIPTION "Headers, pkg-config and CMake files for
programs that have the daemon run networks and draw what is inside them.")
set(CPACK_DEBIAN_GEONEURON-DEV_PACKAGE_NAME geoneuron-dev)
set(CPACK_DEBIAN_GEONEURON-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_GEONEURON-DEV_PACKAGE_DEPENDS "geoneuron (= ${PROJECT_VERSION})")

set(CPACK_DEBIAN_GEONEURON-DKMS_DESCRIPTION "The kernel module, as source for DKMS, which
builds it for each kernel of the machine. It keeps the clients' commands and
buffers, so that none is lost or answered twice whatever dies in between.")
set(CPACK_DEBIAN_GEONEURON-DKMS_PACKAGE_NAME geoneuron-dkms)
set(CPACK_DEBIAN_GEONEURON-DKMS_PACKAGE_SECTION kernel)
set(CPACK_DEBIAN_GEONEURON-DKMS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_GEONEURON-DKMS_PACKAGE_DEPENDS "dkms")
set(CPACK_DEBIAN_GEONEURON-DKMS_PACKAGE_RECOMMENDS "geoneuron")
maintainer_scripts(geoneuron-dkms CPACK_DEBIAN_GEONEURON-DKMS_PACKAGE_CONTROL_EXTRA postinst prerm)

include(CPack)
foreach(group geoneuron geoneuron-dev geoneuron-dkms)
  cpack_add_component_group(${group})
endforeach()
