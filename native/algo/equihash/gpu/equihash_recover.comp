// equihash_recover.comp - equihash_recover.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "equihash_set.h"
#include "equihash_body.h"
#include "equihash_recover.cu"
