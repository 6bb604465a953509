// equihash_generate.comp - equihash_generate.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "equihash_set.h"
#include "equihash_body.h"
#include "equihash_blake2b.h"
#include "equihash_generate.cu"
