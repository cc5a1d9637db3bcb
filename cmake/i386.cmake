# Toolchain file: the client library for 32-bit x86, compiled by gcc on amd64 against the libraries that tools/sysroot-i386 has
# unpacked. What is built runs where it was built: the kernel of amd64 runs both.
#   tools/sysroot-i386 build/sysroot-i386
#   cmake --preset i386 && cmake --build build/i386 && ctest --preset i386
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot-i386 ABSOLUTE)
set(CMAKE_SYSROOT ${root})
set(CMAKE_C_COMPILER gcc)
set(CMAKE_CXX_COMPILER g++) # named by the project, not used
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_LIBRARY_ARCHITECTURE i386-linux-gnu)

set(gcc_folder ${root}/usr/lib/gcc/i686-linux-gnu/12)
set(CMAKE_C_FLAGS_INIT "-m32 -B${gcc_folder}")
set(CMAKE_CXX_FLAGS_INIT -m32)
string(JOIN " " link_flags
    -L${gcc_folder}
    -Wl,--dynamic-linker=${root}/lib/ld-linux.so.2
    -Wl,--disable-new-dtags -Wl,-rpath,${root}/usr/lib/i386-linux-gnu:${root}/lib/i386-linux-gnu)
set(CMAKE_EXE_LINKER_FLAGS_INIT ${link_flags})
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-L${gcc_folder}")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${root}/usr/lib/i386-linux-gnu/pkgconfig:${root}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${root})
