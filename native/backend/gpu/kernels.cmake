# kernels.cmake - makes and embeds the kernels of algo/NAME/gpu.
#
# otd_gpu_kernel(<name> [SOURCE <file>] [DEFINE <name>=<value>...] [BODY <file>...] [GROUP <threads>] [RESIDENT <groups>])
#   From gpu/<name>.cu and gpu/<name>.comp of this folder makes the symbol otd_kernel_<name> (code.h: otd_gpu_code):
#   OpenCL C text (the dialect, the bodies and the .cu behind one another), PTX text for the oldest
#   architecture served (newer ones get the same text under another .target line), SPIR-V with its names kept.
#   SOURCE is the name of the two files where it is another, and DEFINE macros in front of all texts: so one text
#   makes kernels of several sizes.
#   GROUP is the largest group that the PTX allows, 256 if it is not given: what has an array of shared memory
#   for each work item needs a smaller one. RESIDENT groups are to fit a multiprocessor, which limits the
#   registers of a thread: 65536 / (GROUP * RESIDENT). Nothing that is generated is committed.
option(OTD_GPU "Build the GPU kernels; needs clang-14 and glslangValidator" ON)

# What the PTX says it needs at least. 7.0 is CUDA 11.0, so a driver of branch 450 or newer.
set(OTD_PTX_ARCHITECTURE sm_61)
set(OTD_PTX_FLAGS -x cuda --cuda-device-only -nocudainc -nocudalib -O3 -S --cuda-gpu-arch=${OTD_PTX_ARCHITECTURE}
  -Xclang -target-feature -Xclang +ptx70 -Wall -Werror -Wno-unused-function -Wno-unknown-cuda-version)

set(OTD_GPU_DIRECTORY ${CMAKE_CURRENT_LIST_DIR})
if(OTD_GPU)
  find_program(OTD_CLANG clang-14)
  find_program(OTD_GLSLANG glslangValidator)
  if(NOT OTD_CLANG OR NOT OTD_GLSLANG)
    message(FATAL_ERROR "The GPU kernels need clang-14 and glslangValidator (Debian: clang-14, glslang-tools). "
      "Install them, or configure with -DOTD_GPU=OFF to build without GPUs.")
  endif()
endif()

target_sources(otd_objects PRIVATE ${OTD_GPU_DIRECTORY}/ptx_text.c)

function(otd_gpu_kernel name)
  cmake_parse_arguments(kernel "" "SOURCE;GROUP;RESIDENT" "DEFINE;BODY" ${ARGN})
  if(NOT OTD_GPU)
    return()
  endif()
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(file ${name})
  if(kernel_SOURCE)
    set(file ${kernel_SOURCE})
  endif()
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/gpu/${file}.cu)
  set(shader ${CMAKE_CURRENT_SOURCE_DIR}/gpu/${file}.comp)
  set(shared ${OTD_GPU_DIRECTORY}/search.h)
  set(defines "")
  set(define_options "")
  foreach(define IN LISTS kernel_DEFINE)
    string(REPLACE "=" " " line "${define}")
    string(APPEND defines "#define ${line}\n")
    list(APPEND define_options "-D${define}")
  endforeach()
  if(kernel_DEFINE)
    file(GENERATE OUTPUT ${made}_defines.h CONTENT "${defines}")
    list(PREPEND shared ${made}_defines.h)
  endif()
  foreach(body IN LISTS kernel_BODY)
    if(EXISTS ${OTD_GPU_DIRECTORY}/${body})
      list(APPEND shared ${OTD_GPU_DIRECTORY}/${body})
    else()
      list(APPEND shared ${CMAKE_CURRENT_SOURCE_DIR}/gpu/${body})
    endif()
  endforeach()
  set(group 256)
  set(resident 1)
  if(kernel_GROUP)
    set(group ${kernel_GROUP})
  endif()
  if(kernel_RESIDENT)
    set(resident ${kernel_RESIDENT})
  endif()

  set(includes "")
  foreach(file IN ITEMS ${OTD_GPU_DIRECTORY}/dialect_cuda.h ${shared})
    list(APPEND includes -include ${file})
  endforeach()
  add_custom_command(OUTPUT ${made}.ptx
    COMMAND ${OTD_CLANG} ${OTD_PTX_FLAGS} -DGROUP_MAX=${group} -DGROUPS_RESIDENT=${resident} ${includes} ${source} -o ${made}.ptx
    DEPENDS ${source} ${OTD_GPU_DIRECTORY}/dialect_cuda.h ${shared} VERBATIM)

  add_custom_command(OUTPUT ${made}.spv
    COMMAND ${OTD_GLSLANG} --quiet -V --target-env vulkan1.1 -I${OTD_GPU_DIRECTORY} -I${CMAKE_CURRENT_SOURCE_DIR}/gpu
      ${define_options} -S comp -o ${made}.spv ${shader}
    DEPENDS ${shader} ${source} ${OTD_GPU_DIRECTORY}/dialect_glsl.h ${shared} VERBATIM)

  add_custom_command(OUTPUT ${made}_code.c
    COMMAND ${CMAKE_COMMAND} -Dname=${name} -Dout=${made}_code.c
      "-Dtexts=${OTD_GPU_DIRECTORY}/dialect_opencl.h;${shared};${source}"
      -Dptx=${made}.ptx -Dspirv=${made}.spv -P ${OTD_GPU_DIRECTORY}/embed.cmake
    DEPENDS ${OTD_GPU_DIRECTORY}/embed.cmake ${OTD_GPU_DIRECTORY}/dialect_opencl.h ${shared} ${source}
      ${made}.ptx ${made}.spv VERBATIM)
  target_sources(otd_objects PRIVATE ${made}_code.c)
  # A generated file is known to its own folder only, so the folder names what the objects wait for.
  add_custom_target(otd_kernel_${name} DEPENDS ${made}_code.c)
  add_dependencies(otd_objects otd_kernel_${name})
  set_property(SOURCE ${made}_code.c TARGET_DIRECTORY otd_objects PROPERTY GENERATED TRUE)
  set_property(GLOBAL APPEND PROPERTY OTD_GPU_KERNELS ${name})
endfunction()
