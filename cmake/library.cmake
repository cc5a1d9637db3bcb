# libdoorcode as others get it: a shared and a static library that show the functions of include/doorcode and nothing else,
# a pkg-config file for each, and a CMake package. The program itself links doorcode_client.
#
# Adding a function: declare it between the visibility pragmas of a header, then `tools/symbols --write`.

# What the library needs, once, for the linker, pkg-config and the CMake package.
set(DOORCODE_LIBRARY_REQUIRES libcurl jansson libcrypto libmicrohttpd)
set(DOORCODE_ABI 1)
set_target_properties(doorcode_client dc_base PROPERTIES C_VISIBILITY_PRESET hidden)
set(symbols_map ${PROJECT_SOURCE_DIR}/packaging/library/libdoorcode.map)

# The parts of doorcode_client and of src/base that it reaches, as one object in which only the public names are global: linked
# into somebody's program, none of ours can meet one of theirs.
set(static_library ${PROJECT_BINARY_DIR}/libdoorcode.a)
add_custom_command(OUTPUT ${static_library}
    COMMAND ${PROJECT_SOURCE_DIR}/tools/static-library ${static_library} ${symbols_map} ${CMAKE_LINKER} ${CMAKE_OBJCOPY}
        ${CMAKE_AR} $<TARGET_FILE:doorcode_client> $<TARGET_FILE:dc_base>
    DEPENDS doorcode_client dc_base ${symbols_map} ${PROJECT_SOURCE_DIR}/tools/static-library
    COMMENT "Static library libdoorcode.a"
    VERBATIM)
add_custom_target(doorcode_static ALL DEPENDS ${static_library})

add_library(doorcode_shared SHARED $<TARGET_OBJECTS:doorcode_client>)
add_library(doorcode::doorcode ALIAS doorcode_shared)
set_target_properties(doorcode_shared PROPERTIES
    OUTPUT_NAME doorcode EXPORT_NAME doorcode LINKER_LANGUAGE C
    SOVERSION ${DOORCODE_ABI} VERSION ${DOORCODE_ABI}.${PROJECT_VERSION_MINOR}.${PROJECT_VERSION_PATCH}
    LINK_DEPENDS ${symbols_map})
target_link_libraries(doorcode_shared PRIVATE dc_base PkgConfig::CURL PkgConfig::JANSSON PkgConfig::CRYPTO PkgConfig::MHD)
target_link_options(doorcode_shared PRIVATE -Wl,--version-script=${symbols_map} -Wl,-z,defs -Wl,--as-needed)
# Tables of texts need a relocation for each text: packed (glibc 2.36), they take 1 KB instead of 25.
include(CheckLinkerFlag)
check_linker_flag(C -Wl,-z,pack-relative-relocs DOORCODE_PACKS_RELOCATIONS)
if(DOORCODE_PACKS_RELOCATIONS)
    target_link_options(doorcode_shared PRIVATE -Wl,-z,pack-relative-relocs)
endif()
target_include_directories(doorcode_shared INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

install(TARGETS doorcode_shared EXPORT doorcode LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${static_library} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/doorcode DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# The pkg-config files find their prefix by where they lie, so that an installed tree may be moved.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(JOIN " " library_requires ${DOORCODE_LIBRARY_REQUIRES})
foreach(name doorcode doorcode-static)
    configure_file(packaging/library/${name}.pc.in ${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/doorcode)
configure_package_config_file(packaging/library/doorcode-config.cmake.in doorcode-config.cmake
    INSTALL_DESTINATION ${package_folder}
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(doorcode-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/doorcode-config.cmake ${PROJECT_BINARY_DIR}/doorcode-config-version.cmake
    DESTINATION ${package_folder})
install(EXPORT doorcode NAMESPACE doorcode:: FILE doorcode-targets.cmake DESTINATION ${package_folder})
