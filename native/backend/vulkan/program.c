/* program.c - kernels compiled by the Vulkan driver from their SPIR-V. */
#include <stdlib.h>

#include "vulkan.h"

/* A group that the device takes. */
static int32_t otd_check_threads(const otd_vk_device *device, const otd_gpu_build *what) {
    const VkPhysicalDeviceLimits *limits = &device->limits;
    uint32_t most = limits->maxComputeWorkGroupInvocations < limits->maxComputeWorkGroupSize[0]
                        ? limits->maxComputeWorkGroupInvocations
                        : limits->maxComputeWorkGroupSize[0];
    if (what->threads >= 1 && what->threads <= most) {
        return OTD_OK;
    }
    return otd_fail(OTD_E_UNSUPPORTED, "%s: the kernel of %s has groups of %u, and it takes 1 to %u",
                    device->name, what->code->name, what->threads, most);
}

static int32_t otd_create_pipeline(const otd_vk_device *device, const otd_gpu_build *what, VkHandle module,
                                   VkHandle *out) {
    const uint32_t values[2] = {what->threads, what->pieces == 0 ? 1 : what->pieces};
    const VkSpecializationMapEntry entries[2] = {{0, 0, sizeof values[0]},
                                                 {1, sizeof values[0], sizeof values[1]}};
    const VkSpecializationInfo constants = {
        .mapEntryCount = 2, .pMapEntries = entries, .dataSize = sizeof values, .pData = values};
    const VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .flags = VK_PIPELINE_CREATE_DISPATCH_BASE_BIT, /* for launches in two parts, see launch.c */
        .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                  .module = module,
                  .pName = "main",
                  .pSpecializationInfo = &constants},
        .layout = device->layout};
    return device->vkCreateComputePipelines(device->handle, 0, 1, &info, NULL, out);
}

int32_t otd_vk_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out) {
    const otd_vk_device *device = context->device;
    const otd_gpu_code *code = what->code;
    const VkShaderModuleCreateInfo words = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                            .codeSize = code->spirv_length,
                                            .pCode = (const uint32_t *)(const void *)code->spirv};
    VkHandle module = 0;
    *out = NULL;
    if (code->spirv_length == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "this build has no Vulkan kernel of %s", code->name);
    }
    int32_t status = otd_check_threads(device, what);
    if (status != OTD_OK) {
        return status;
    }
    otd_gpu_program *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a program", sizeof *made);
    }
    made->threads = what->threads;
    int32_t error = device->vkCreateShaderModule(device->handle, &words, NULL, &module);
    if (error == VK_SUCCESS) {
        error = otd_create_pipeline(device, what, module, &made->pipeline);
        device->vkDestroyShaderModule(device->handle, module, NULL);
    }
    if (error == VK_SUCCESS) {
        *out = made;
        return OTD_OK;
    }
    free(made);
    if (error == VK_ERROR_DEVICE_LOST) {
        return otd_vk_fail(device, error, "compiling a kernel");
    }
    return otd_fail(
        error == VK_ERROR_OUT_OF_HOST_MEMORY || error == VK_ERROR_OUT_OF_DEVICE_MEMORY ? OTD_E_MEMORY
                                                                                       : OTD_E_DRIVER,
        "%s: its driver refuses the kernel of %s (Vulkan error %d)", device->name, code->name, error);
}

void otd_vk_discard(otd_gpu_context *context, otd_gpu_program *program) {
    context->device->vkDestroyPipeline(context->device->handle, program->pipeline, NULL);
    free(program);
}

int32_t otd_vk_kernel(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                      otd_gpu_kernel **out) {
    *out = (otd_gpu_kernel *)program; /* SPIR-V here has one entry point, whatever it is called elsewhere */
    return OTD_OK;
}
