# embed.cmake - writes one kernel as C. Run by kernels.cmake with -P and
#   name, out, texts (joined to the OpenCL text), ptx, spirv.
function(bytes_of result hex)
  string(LENGTH "${hex}" digits)
  math(EXPR count "${digits} / 2")
  string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  set(${result} "${hex}" PARENT_SCOPE)
  set(${result}_count ${count} PARENT_SCOPE)
endfunction()

set(text "${out}.cl")
file(WRITE "${text}" "")
foreach(part IN LISTS texts)
  file(READ "${part}" content)
  file(APPEND "${text}" "${content}")
endforeach()

file(READ "${text}" opencl_hex HEX)
file(READ "${ptx}" ptx_hex HEX)
file(READ "${spirv}" spirv_hex HEX)
bytes_of(opencl "${opencl_hex}")
bytes_of(ptx "${ptx_hex}")
bytes_of(spirv "${spirv_hex}")
file(WRITE "${out}" "/* Made by embed.cmake. */
#include \"backend/gpu/code.h\"

static const uint8_t opencl[] = {
${opencl}};

static const uint8_t ptx[] = {
${ptx}};

static const uint8_t spirv[] __attribute__((aligned(4))) = {
${spirv}};

extern const otd_gpu_code otd_kernel_${name};

const otd_gpu_code otd_kernel_${name} = {
    .name = \"${name}\",
    .opencl = opencl,
    .opencl_length = ${opencl_count},
    .ptx = ptx,
    .ptx_length = ${ptx_count},
    .spirv = spirv,
    .spirv_length = ${spirv_count},
};
")
