# SPDX-License-Identifier: MIT
# What Debian wants in a package and nobody else does, put into the trees that CPack is about to
# pack: pages compressed, licence and history of each package.
function(compress)
  if(ARGN)
    execute_process(COMMAND gzip -9n ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
  endif()
endfunction()

# The loader looks into Debian's folder for libraries anyway.
file(RPATH_REMOVE FILE ${CPACK_TEMPORARY_DIRECTORY}/geoneuron/usr/bin/geoneuron)

foreach(package geoneuron geoneuron-dev geoneuron-dkms)
  set(tree ${CPACK_TEMPORARY_DIRECTORY}/${package}/usr)
  if(NOT IS_DIRECTORY ${tree})
    message(FATAL_ERROR "${tree}: is missing: CPack was to install ${package} there")
  endif()
  file(GLOB pages ${tree}/share/man/man[0-9]/*.[0-9])
  set(documents ${tree}/share/doc/${package})
  file(COPY ${CPACK_GEONEURON_DOCUMENTS}/copyright ${CPACK_GEONEURON_DOCUMENTS}/changelog
       DESTINATION ${documents} NO_SOURCE_PERMISSIONS)
  compress(${pages} ${documents}/changelog)
endforeach()
