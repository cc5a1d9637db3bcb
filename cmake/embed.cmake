# embed(target name files…): the files as byte arrays in generated/<name>.c, found by
#   const struct embedded_file *<name>(void);   terminated by a NULL name; bytes are followed by a NUL.
function(embed target name)
    if(NOT ARGN)
        return()
    endif()
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
        return()
    endif()
    set(out ${PROJECT_BINARY_DIR}/generated/${name}.c)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DOUT=${out} "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/embed_run.cmake
        DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed_run.cmake VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()
