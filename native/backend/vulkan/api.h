/*
 * api.h - the few words of Vulkan 1.2 this port uses, so that no headers of a vendor are needed. Names,
 * numbers and layouts: Khronos, Vulkan Specification 1.2 and the registry of extensions (vk.xml). Members
 * that nobody here reads are folded into arrays.
 */
#ifndef OTD_BACKEND_VULKAN_API_H
#define OTD_BACKEND_VULKAN_API_H

#include <stddef.h>
#include <stdint.h>

/* What a loader dispatches by (instance, physical device, device, queue, command buffer) is a pointer; every
 * other handle is 64 bits wide everywhere. */
typedef void *VkDispatchable;
typedef uint64_t VkHandle;

#define VK_SUCCESS 0
#define VK_INCOMPLETE 5
#define VK_ERROR_OUT_OF_HOST_MEMORY (-1)
#define VK_ERROR_OUT_OF_DEVICE_MEMORY (-2)
#define VK_ERROR_INITIALIZATION_FAILED (-3)
#define VK_ERROR_DEVICE_LOST (-4)
#define VK_ERROR_LAYER_NOT_PRESENT (-6)
#define VK_ERROR_INCOMPATIBLE_DRIVER (-9)
#define VK_ERROR_TOO_MANY_OBJECTS (-10)

#define VK_MAKE_API_VERSION(major, minor) ((uint32_t)(major) << 22 | (uint32_t)(minor) << 12)
#define VK_API_VERSION_1_1 VK_MAKE_API_VERSION(1, 1)
#define VK_API_VERSION_1_2 VK_MAKE_API_VERSION(1, 2)
#define VK_API_VERSION_MAJOR(version) ((version) >> 22 & 0x7f)
#define VK_API_VERSION_MINOR(version) ((version) >> 12 & 0x3ff)
#define VK_API_VERSION_PATCH(version) ((version)&0xfff)

/* VkStructureType */
#define VK_STRUCTURE_TYPE_APPLICATION_INFO 0u
#define VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO 1u
#define VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO 2u
#define VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO 3u
#define VK_STRUCTURE_TYPE_SUBMIT_INFO 4u
#define VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO 5u
#define VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO 9u
#define VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO 12u
#define VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO 16u
#define VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO 18u
#define VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO 29u
#define VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO 30u
#define VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO 39u
#define VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO 40u
#define VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO 42u
#define VK_STRUCTURE_TYPE_MEMORY_BARRIER 46u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2 1000059000u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2 1000059001u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2 1000059006u
#define VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO 1000060000u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES 1000071004u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_SM_BUILTINS_PROPERTIES_NV 1000154001u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES 1000168000u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES 1000196000u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES 1000207000u
#define VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO 1000207002u
#define VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO 1000207003u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT 1000212000u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_CORE_PROPERTIES_2_AMD 1000227000u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT 1000237000u
#define VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO 1000244001u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES 1000257000u
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES 1000413001u

#define VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU 1u
#define VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU 2u
#define VK_PHYSICAL_DEVICE_TYPE_CPU 4u
#define VK_QUEUE_GRAPHICS_BIT 1u
#define VK_QUEUE_COMPUTE_BIT 2u
#define VK_MEMORY_HEAP_DEVICE_LOCAL_BIT 1u
#define VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT 1u
#define VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT 2u
#define VK_MEMORY_PROPERTY_HOST_COHERENT_BIT 4u
#define VK_MEMORY_PROPERTY_HOST_CACHED_BIT 8u
#define VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT 2u
#define VK_BUFFER_USAGE_TRANSFER_SRC_BIT 1u
#define VK_BUFFER_USAGE_TRANSFER_DST_BIT 2u
#define VK_BUFFER_USAGE_STORAGE_BUFFER_BIT 0x20u
#define VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT 0x20000u
#define VK_SHADER_STAGE_COMPUTE_BIT 0x20u
#define VK_PIPELINE_BIND_POINT_COMPUTE 1u
#define VK_PIPELINE_CREATE_DISPATCH_BASE_BIT 0x10u
#define VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT 0x800u
#define VK_PIPELINE_STAGE_TRANSFER_BIT 0x1000u
#define VK_PIPELINE_STAGE_HOST_BIT 0x4000u
#define VK_ACCESS_SHADER_READ_BIT 0x20u
#define VK_ACCESS_SHADER_WRITE_BIT 0x40u
#define VK_ACCESS_TRANSFER_READ_BIT 0x800u
#define VK_ACCESS_TRANSFER_WRITE_BIT 0x1000u
#define VK_ACCESS_HOST_READ_BIT 0x2000u
#define VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT 2u
#define VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT 1u
#define VK_SEMAPHORE_TYPE_TIMELINE 1u

#define VK_MAX_MEMORY_TYPES 32u
#define VK_MAX_MEMORY_HEAPS 16u

typedef struct VkApplicationInfo {
    uint32_t sType;
    const void *pNext;
    const char *pApplicationName;
    uint32_t applicationVersion;
    const char *pEngineName;
    uint32_t engineVersion, apiVersion;
} VkApplicationInfo;

typedef struct VkInstanceCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags;
    const VkApplicationInfo *pApplicationInfo;
    uint32_t enabledLayerCount;
    const char *const *ppEnabledLayerNames;
    uint32_t enabledExtensionCount;
    const char *const *ppEnabledExtensionNames;
} VkInstanceCreateInfo;

typedef struct VkExtensionProperties {
    char extensionName[256];
    uint32_t specVersion;
} VkExtensionProperties;

typedef struct VkPhysicalDeviceLimits {
    uint32_t otherImages[8]; /* maxImageDimension1D .. maxStorageBufferRange */
    uint32_t maxPushConstantsSize;
    uint32_t maxMemoryAllocationCount, maxSamplerAllocationCount;
    uint64_t bufferImageGranularity, sparseAddressSpaceSize;
    uint32_t otherStages[38]; /* maxBoundDescriptorSets .. maxFragmentCombinedOutputResources */
    uint32_t maxComputeSharedMemorySize;
    uint32_t maxComputeWorkGroupCount[3];
    uint32_t maxComputeWorkGroupInvocations;
    uint32_t maxComputeWorkGroupSize[3];
    uint64_t others[32]; /* subPixelPrecisionBits .. nonCoherentAtomSize */
} VkPhysicalDeviceLimits;

typedef struct VkPhysicalDeviceProperties2 {
    uint32_t sType;
    void *pNext;
    struct {
        uint32_t apiVersion, driverVersion, vendorID, deviceID, deviceType;
        char deviceName[256];
        uint8_t pipelineCacheUUID[16];
        VkPhysicalDeviceLimits limits;
        uint32_t sparseProperties[5];
    } properties;
} VkPhysicalDeviceProperties2;

_Static_assert(sizeof(VkPhysicalDeviceLimits) == 504, "layout of VkPhysicalDeviceLimits");
_Static_assert(offsetof(VkPhysicalDeviceLimits, maxComputeSharedMemorySize) == 216, "members before it");
_Static_assert(sizeof(VkPhysicalDeviceProperties2) == 16 + 824, "layout of VkPhysicalDeviceProperties2");

/* In the chain behind VkPhysicalDeviceProperties2. */
typedef struct VkPhysicalDeviceIDProperties {
    uint32_t sType;
    void *pNext;
    uint8_t deviceUUID[16], driverUUID[16], deviceLUID[8];
    uint32_t deviceNodeMask, deviceLUIDValid;
} VkPhysicalDeviceIDProperties;

typedef struct VkPhysicalDeviceDriverProperties {
    uint32_t sType;
    void *pNext;
    uint32_t driverID;
    char driverName[256], driverInfo[256];
    uint8_t conformanceVersion[4];
} VkPhysicalDeviceDriverProperties;

typedef struct VkPhysicalDeviceMaintenance3Properties {
    uint32_t sType;
    void *pNext;
    uint32_t maxPerSetDescriptors;
    uint64_t maxMemoryAllocationSize;
} VkPhysicalDeviceMaintenance3Properties;

typedef struct VkPhysicalDeviceMaintenance4Properties {
    uint32_t sType;
    void *pNext;
    uint64_t maxBufferSize;
} VkPhysicalDeviceMaintenance4Properties;

typedef struct VkPhysicalDevicePCIBusInfoPropertiesEXT {
    uint32_t sType;
    void *pNext;
    uint32_t pciDomain, pciBus, pciDevice, pciFunction;
} VkPhysicalDevicePCIBusInfoPropertiesEXT;

typedef struct VkPhysicalDeviceShaderCoreProperties2AMD {
    uint32_t sType;
    void *pNext;
    uint32_t shaderCoreFeatures, activeComputeUnitCount;
} VkPhysicalDeviceShaderCoreProperties2AMD;

typedef struct VkPhysicalDeviceShaderSMBuiltinsPropertiesNV {
    uint32_t sType;
    void *pNext;
    uint32_t shaderSMCount, shaderWarpsPerSM;
} VkPhysicalDeviceShaderSMBuiltinsPropertiesNV;

typedef struct VkPhysicalDeviceFeatures2 {
    uint32_t sType;
    void *pNext;
    uint32_t features[55];
} VkPhysicalDeviceFeatures2;

typedef struct VkPhysicalDeviceBufferDeviceAddressFeatures {
    uint32_t sType;
    void *pNext;
    uint32_t bufferDeviceAddress, bufferDeviceAddressCaptureReplay, bufferDeviceAddressMultiDevice;
} VkPhysicalDeviceBufferDeviceAddressFeatures;

typedef struct VkPhysicalDeviceTimelineSemaphoreFeatures {
    uint32_t sType;
    void *pNext;
    uint32_t timelineSemaphore;
} VkPhysicalDeviceTimelineSemaphoreFeatures;

typedef struct VkQueueFamilyProperties {
    uint32_t queueFlags, queueCount, timestampValidBits, minImageTransferGranularity[3];
} VkQueueFamilyProperties;

typedef struct VkPhysicalDeviceMemoryProperties {
    uint32_t memoryTypeCount;
    struct {
        uint32_t propertyFlags, heapIndex;
    } memoryTypes[VK_MAX_MEMORY_TYPES];
    uint32_t memoryHeapCount;
    struct {
        uint64_t size;
        uint32_t flags;
    } memoryHeaps[VK_MAX_MEMORY_HEAPS];
} VkPhysicalDeviceMemoryProperties;

typedef struct VkPhysicalDeviceMemoryProperties2 {
    uint32_t sType;
    void *pNext;
    VkPhysicalDeviceMemoryProperties memoryProperties;
} VkPhysicalDeviceMemoryProperties2;

typedef struct VkPhysicalDeviceMemoryBudgetPropertiesEXT {
    uint32_t sType;
    void *pNext;
    uint64_t heapBudget[VK_MAX_MEMORY_HEAPS], heapUsage[VK_MAX_MEMORY_HEAPS];
} VkPhysicalDeviceMemoryBudgetPropertiesEXT;

typedef struct VkDeviceQueueCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags, queueFamilyIndex, queueCount;
    const float *pQueuePriorities;
} VkDeviceQueueCreateInfo;

typedef struct VkDeviceCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags, queueCreateInfoCount;
    const VkDeviceQueueCreateInfo *pQueueCreateInfos;
    uint32_t enabledLayerCount;
    const char *const *ppEnabledLayerNames;
    uint32_t enabledExtensionCount;
    const char *const *ppEnabledExtensionNames;
    const void *pEnabledFeatures;
} VkDeviceCreateInfo;

typedef struct VkBufferCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags;
    uint64_t size;
    uint32_t usage, sharingMode, queueFamilyIndexCount;
    const uint32_t *pQueueFamilyIndices;
} VkBufferCreateInfo;

typedef struct VkMemoryRequirements {
    uint64_t size, alignment;
    uint32_t memoryTypeBits;
} VkMemoryRequirements;

typedef struct VkMemoryAllocateFlagsInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags, deviceMask;
} VkMemoryAllocateFlagsInfo;

typedef struct VkMemoryAllocateInfo {
    uint32_t sType;
    const void *pNext;
    uint64_t allocationSize;
    uint32_t memoryTypeIndex;
} VkMemoryAllocateInfo;

typedef struct VkBufferDeviceAddressInfo {
    uint32_t sType;
    const void *pNext;
    VkHandle buffer;
} VkBufferDeviceAddressInfo;

typedef struct VkBufferCopy {
    uint64_t srcOffset, dstOffset, size;
} VkBufferCopy;

typedef struct VkShaderModuleCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags;
    size_t codeSize;
    const uint32_t *pCode;
} VkShaderModuleCreateInfo;

typedef struct VkSpecializationMapEntry {
    uint32_t constantID, offset;
    size_t size;
} VkSpecializationMapEntry;

typedef struct VkSpecializationInfo {
    uint32_t mapEntryCount;
    const VkSpecializationMapEntry *pMapEntries;
    size_t dataSize;
    const void *pData;
} VkSpecializationInfo;

typedef struct VkPipelineShaderStageCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags, stage;
    VkHandle module;
    const char *pName;
    const VkSpecializationInfo *pSpecializationInfo;
} VkPipelineShaderStageCreateInfo;

typedef struct VkComputePipelineCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags;
    VkPipelineShaderStageCreateInfo stage;
    VkHandle layout, basePipelineHandle;
    int32_t basePipelineIndex;
} VkComputePipelineCreateInfo;

typedef struct VkPushConstantRange {
    uint32_t stageFlags, offset, size;
} VkPushConstantRange;

typedef struct VkPipelineLayoutCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags, setLayoutCount;
    const VkHandle *pSetLayouts;
    uint32_t pushConstantRangeCount;
    const VkPushConstantRange *pPushConstantRanges;
} VkPipelineLayoutCreateInfo;

typedef struct VkCommandPoolCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags, queueFamilyIndex;
} VkCommandPoolCreateInfo;

typedef struct VkCommandBufferAllocateInfo {
    uint32_t sType;
    const void *pNext;
    VkHandle commandPool;
    uint32_t level, commandBufferCount;
} VkCommandBufferAllocateInfo;

typedef struct VkCommandBufferBeginInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags;
    const void *pInheritanceInfo;
} VkCommandBufferBeginInfo;

typedef struct VkMemoryBarrier {
    uint32_t sType;
    const void *pNext;
    uint32_t srcAccessMask, dstAccessMask;
} VkMemoryBarrier;

typedef struct VkSemaphoreTypeCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t semaphoreType;
    uint64_t initialValue;
} VkSemaphoreTypeCreateInfo;

typedef struct VkSemaphoreCreateInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t flags;
} VkSemaphoreCreateInfo;

typedef struct VkTimelineSemaphoreSubmitInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t waitSemaphoreValueCount;
    const uint64_t *pWaitSemaphoreValues;
    uint32_t signalSemaphoreValueCount;
    const uint64_t *pSignalSemaphoreValues;
} VkTimelineSemaphoreSubmitInfo;

typedef struct VkSubmitInfo {
    uint32_t sType;
    const void *pNext;
    uint32_t waitSemaphoreCount;
    const VkHandle *pWaitSemaphores;
    const uint32_t *pWaitDstStageMask;
    uint32_t commandBufferCount;
    const VkDispatchable *pCommandBuffers;
    uint32_t signalSemaphoreCount;
    const VkHandle *pSignalSemaphores;
} VkSubmitInfo;

/* F(result, name, parameters): what is asked of an instance, and of a device. The allocator is never ours. */
#define OTD_VK_INSTANCE_FUNCTIONS(F)                                                                         \
    F(int32_t, vkEnumeratePhysicalDevices, (VkDispatchable, uint32_t *, VkDispatchable *))                   \
    F(int32_t, vkEnumerateDeviceExtensionProperties,                                                         \
      (VkDispatchable, const char *, uint32_t *, VkExtensionProperties *))                                   \
    F(void, vkGetPhysicalDeviceProperties2, (VkDispatchable, VkPhysicalDeviceProperties2 *))                 \
    F(void, vkGetPhysicalDeviceFeatures2, (VkDispatchable, VkPhysicalDeviceFeatures2 *))                     \
    F(void, vkGetPhysicalDeviceMemoryProperties2, (VkDispatchable, VkPhysicalDeviceMemoryProperties2 *))     \
    F(void, vkGetPhysicalDeviceQueueFamilyProperties,                                                        \
      (VkDispatchable, uint32_t *, VkQueueFamilyProperties *))                                               \
    F(int32_t, vkCreateDevice, (VkDispatchable, const VkDeviceCreateInfo *, const void *, VkDispatchable *)) \
    F(OtdVkFunction, vkGetDeviceProcAddr, (VkDispatchable, const char *))

#define OTD_VK_DEVICE_FUNCTIONS(F)                                                                           \
    F(void, vkDestroyDevice, (VkDispatchable, const void *))                                                 \
    F(void, vkGetDeviceQueue, (VkDispatchable, uint32_t, uint32_t, VkDispatchable *))                        \
    F(int32_t, vkCreateBuffer, (VkDispatchable, const VkBufferCreateInfo *, const void *, VkHandle *))       \
    F(void, vkDestroyBuffer, (VkDispatchable, VkHandle, const void *))                                       \
    F(void, vkGetBufferMemoryRequirements, (VkDispatchable, VkHandle, VkMemoryRequirements *))               \
    F(int32_t, vkAllocateMemory, (VkDispatchable, const VkMemoryAllocateInfo *, const void *, VkHandle *))   \
    F(void, vkFreeMemory, (VkDispatchable, VkHandle, const void *))                                          \
    F(int32_t, vkBindBufferMemory, (VkDispatchable, VkHandle, VkHandle, uint64_t))                           \
    F(int32_t, vkMapMemory, (VkDispatchable, VkHandle, uint64_t, uint64_t, uint32_t, void **))               \
    F(uint64_t, vkGetBufferDeviceAddress, (VkDispatchable, const VkBufferDeviceAddressInfo *))               \
    F(int32_t, vkCreateShaderModule,                                                                         \
      (VkDispatchable, const VkShaderModuleCreateInfo *, const void *, VkHandle *))                          \
    F(void, vkDestroyShaderModule, (VkDispatchable, VkHandle, const void *))                                 \
    F(int32_t, vkCreatePipelineLayout,                                                                       \
      (VkDispatchable, const VkPipelineLayoutCreateInfo *, const void *, VkHandle *))                        \
    F(void, vkDestroyPipelineLayout, (VkDispatchable, VkHandle, const void *))                               \
    F(int32_t, vkCreateComputePipelines,                                                                     \
      (VkDispatchable, VkHandle, uint32_t, const VkComputePipelineCreateInfo *, const void *, VkHandle *))   \
    F(void, vkDestroyPipeline, (VkDispatchable, VkHandle, const void *))                                     \
    F(int32_t, vkCreateCommandPool,                                                                          \
      (VkDispatchable, const VkCommandPoolCreateInfo *, const void *, VkHandle *))                           \
    F(void, vkDestroyCommandPool, (VkDispatchable, VkHandle, const void *))                                  \
    F(int32_t, vkAllocateCommandBuffers,                                                                     \
      (VkDispatchable, const VkCommandBufferAllocateInfo *, VkDispatchable *))                               \
    F(int32_t, vkCreateSemaphore, (VkDispatchable, const VkSemaphoreCreateInfo *, const void *, VkHandle *)) \
    F(void, vkDestroySemaphore, (VkDispatchable, VkHandle, const void *))                                    \
    F(int32_t, vkGetSemaphoreCounterValue, (VkDispatchable, VkHandle, uint64_t *))                           \
    F(int32_t, vkQueueSubmit, (VkDispatchable, uint32_t, const VkSubmitInfo *, VkHandle))                    \
    F(int32_t, vkBeginCommandBuffer, (VkDispatchable, const VkCommandBufferBeginInfo *))                     \
    F(int32_t, vkEndCommandBuffer, (VkDispatchable))                                                         \
    F(void, vkCmdBindPipeline, (VkDispatchable, uint32_t, VkHandle))                                         \
    F(void, vkCmdPushConstants, (VkDispatchable, VkHandle, uint32_t, uint32_t, uint32_t, const void *))      \
    F(void, vkCmdDispatch, (VkDispatchable, uint32_t, uint32_t, uint32_t))                                   \
    F(void, vkCmdDispatchBase, (VkDispatchable, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t)) \
    F(void, vkCmdCopyBuffer, (VkDispatchable, VkHandle, VkHandle, uint32_t, const VkBufferCopy *))           \
    F(void, vkCmdPipelineBarrier,                                                                            \
      (VkDispatchable, uint32_t, uint32_t, uint32_t, uint32_t, const VkMemoryBarrier *, uint32_t,            \
       const void *, uint32_t, const void *))

typedef void (*OtdVkFunction)(void);
typedef OtdVkFunction (*OtdVkGetInstanceProcAddr)(VkDispatchable, const char *);

#endif /* OTD_BACKEND_VULKAN_API_H */
