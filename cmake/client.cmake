file(GLOB client_sources CONFIGURE_DEPENDS client/*.c)
add_library(doorcode_client STATIC ${client_sources})
target_include_directories(doorcode_client PUBLIC include PRIVATE src client)
target_link_libraries(doorcode_client PUBLIC dc_base PkgConfig::CURL PkgConfig::JANSSON PkgConfig::CRYPTO
    PkgConfig::MHD)
# The desktop's keyring: only the headers are needed, the library is loaded where it is used (client/bus.h).
pkg_check_modules(SYSTEMD libsystemd)
if(SYSTEMD_FOUND)
    target_compile_definitions(doorcode_client PRIVATE DOORCODE_SECRET_SERVICE)
    target_include_directories(doorcode_client SYSTEM PRIVATE ${SYSTEMD_INCLUDE_DIRS})
endif()
target_link_libraries(doorcode_client PUBLIC ${CMAKE_DL_LIBS})
