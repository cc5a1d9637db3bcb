file(GLOB client_sources CONFIGURE_DEPENDS client/*.c)
add_library(doorcode_client STATIC ${client_sources})
target_include_directories(doorcode_client PUBLIC include PRIVATE src client)
target_link_libraries(doorcode_client PUBLIC dc_base PkgConfig::CURL PkgConfig::JANSSON PkgConfig::CRYPTO
    PkgConfig::MHD)
