// equihash_clear.comp - equihash_clear.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "equihash_clear.cu"
