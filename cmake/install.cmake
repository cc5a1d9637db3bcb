# What is installed besides program and library: manual, completion, systemd unit with its user, sample configuration.
foreach(link git-credential-doorcode docker-credential-doorcode) # the names by which git and docker call it
    file(CREATE_LINK doorcode ${PROJECT_BINARY_DIR}/${link} SYMBOLIC)
    install(FILES ${PROJECT_BINARY_DIR}/${link} DESTINATION ${CMAKE_INSTALL_BINDIR})
endforeach()
install(DIRECTORY ${PROJECT_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES cli/completion/doorcode.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME doorcode)
install(FILES cli/completion/doorcode.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _doorcode)
install(FILES cli/completion/doorcode.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# The unit names the program by the prefix, which `cmake --install --prefix` may still change.
file(CONFIGURE OUTPUT install-unit.cmake @ONLY CONTENT [[
file(READ "@PROJECT_SOURCE_DIR@/packaging/systemd/doorcode.service" unit)
string(REPLACE "/usr/local" "${CMAKE_INSTALL_PREFIX}" unit "${unit}")
file(WRITE "@PROJECT_BINARY_DIR@/doorcode.service" "${unit}")
]])
install(SCRIPT ${PROJECT_BINARY_DIR}/install-unit.cmake)
install(FILES ${PROJECT_BINARY_DIR}/doorcode.service DESTINATION lib/systemd/system)
install(FILES packaging/systemd/doorcode.sysusers.conf DESTINATION lib/sysusers.d RENAME doorcode.conf)
install(FILES packaging/doorcode.yaml.example DESTINATION ${CMAKE_INSTALL_DOCDIR})
