/* device.c - the devices of Vulkan: what each says of itself, and which of them can run the kernels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vulkan.h"

/* What the kernels need besides buffer addresses; Verthash has 32 KiB of memory shared in a group. */
#define OTD_SHARED_MIN 32768u
#define OTD_THREADS_MIN 64u

/* Compute units of a card whose driver does not say: enough to fill what is in use, since more work items
 * than fit cost memory only. */
#define OTD_UNITS_ASSUMED 32u

/* What is asked of a device, one chain behind the other. */
typedef struct otd_facts {
    VkPhysicalDeviceProperties2 properties;
    VkPhysicalDeviceIDProperties id;
    VkPhysicalDeviceDriverProperties driver;
    VkPhysicalDeviceMaintenance3Properties allocation;
    VkPhysicalDeviceMaintenance4Properties buffer;
    VkPhysicalDevicePCIBusInfoPropertiesEXT pci;
    VkPhysicalDeviceShaderCoreProperties2AMD amd;
    VkPhysicalDeviceShaderSMBuiltinsPropertiesNV nv;
} otd_facts;

uint32_t otd_vk_extensions(const otd_vk_instance *instance, VkDispatchable physical) {
    static const struct {
        const char *name;
        uint32_t bit;
    } known[] = {{"VK_EXT_pci_bus_info", OTD_VK_HAS_PCI},
                 {"VK_EXT_memory_budget", OTD_VK_HAS_BUDGET},
                 {"VK_KHR_maintenance4", OTD_VK_HAS_MAINTENANCE4},
                 {"VK_AMD_shader_core_properties2", OTD_VK_HAS_UNITS_AMD},
                 {"VK_NV_shader_sm_builtins", OTD_VK_HAS_UNITS_NV}};
    uint32_t count = 0, bits = 0;
    if (instance->vkEnumerateDeviceExtensionProperties(physical, NULL, &count, NULL) != VK_SUCCESS) {
        return 0;
    }
    VkExtensionProperties *all = calloc(count, sizeof *all);
    if (all == NULL ||
        instance->vkEnumerateDeviceExtensionProperties(physical, NULL, &count, all) != VK_SUCCESS) {
        count = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            bits |= strcmp(all[i].extensionName, known[k].name) == 0 ? known[k].bit : 0;
        }
    }
    free(all);
    return bits;
}

/* A structure that the device does not know must not be in the chain. */
static void otd_link(otd_facts *facts, void *structure, uint32_t type, uint32_t there) {
    struct {
        uint32_t type;
        void *next;
    } *head = structure;
    if (there != 0) {
        head->type = type;
        head->next = facts->properties.pNext;
        facts->properties.pNext = structure;
    }
}

static void otd_ask(otd_facts *out, const otd_vk_instance *instance, VkDispatchable physical,
                    uint32_t extensions) {
    memset(out, 0, sizeof *out);
    out->properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
    instance->vkGetPhysicalDeviceProperties2(physical, &out->properties);
    if (out->properties.properties.apiVersion < VK_API_VERSION_1_2) {
        return;
    }
    otd_link(out, &out->id, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES, 1);
    otd_link(out, &out->driver, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES, 1);
    otd_link(out, &out->allocation, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, 1);
    otd_link(out, &out->buffer, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES,
             extensions & OTD_VK_HAS_MAINTENANCE4);
    otd_link(out, &out->pci, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT,
             extensions & OTD_VK_HAS_PCI);
    otd_link(out, &out->amd, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_CORE_PROPERTIES_2_AMD,
             extensions & OTD_VK_HAS_UNITS_AMD);
    otd_link(out, &out->nv, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_SM_BUILTINS_PROPERTIES_NV,
             extensions & OTD_VK_HAS_UNITS_NV);
    instance->vkGetPhysicalDeviceProperties2(physical, &out->properties);
}

void otd_vk_memory(const otd_vk_instance *instance, VkDispatchable physical, uint32_t extensions,
                   uint64_t *bytes, uint64_t *free_bytes) {
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
        .pNext = (extensions & OTD_VK_HAS_BUDGET) != 0 ? &budget : NULL};
    instance->vkGetPhysicalDeviceMemoryProperties2(physical, &memory);
    *bytes = *free_bytes = 0;
    /* The largest, not the sum: some drivers show a window onto a card's memory as a heap of its own. */
    for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; i++) {
        uint64_t size = memory.memoryProperties.memoryHeaps[i].size;
        if ((memory.memoryProperties.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0 &&
            size > *bytes) {
            *bytes = size;
            *free_bytes =
                budget.heapBudget[i] > budget.heapUsage[i] ? budget.heapBudget[i] - budget.heapUsage[i] : 0;
        }
    }
}

static uint64_t otd_alloc_max(const otd_facts *facts, uint64_t memory_bytes) {
    uint64_t most = facts->allocation.maxMemoryAllocationSize;
    if (facts->buffer.maxBufferSize != 0 && facts->buffer.maxBufferSize < most) {
        most = facts->buffer.maxBufferSize;
    }
    return most < memory_bytes ? most : memory_bytes;
}

static uint32_t otd_kind(uint32_t type) {
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
        return OTD_DEVICE_SIMULATOR;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return OTD_DEVICE_INTEGRATED;
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return OTD_DEVICE_DISCRETE;
    default:
        return OTD_DEVICE_OTHER;
    }
}

/* Vulkan itself has no word for compute units. */
static uint32_t otd_units(const otd_facts *facts) {
    uint32_t told = facts->amd.activeComputeUnitCount + facts->nv.shaderSMCount;
    if (told == 0 && facts->properties.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        told = processors > 0 ? (uint32_t)processors : 1;
    }
    return told != 0 ? told : OTD_UNITS_ASSUMED;
}

static void otd_describe(const otd_vk_instance *instance, VkDispatchable physical, const otd_facts *facts,
                         uint32_t extensions, otd_device_info *out) {
    uint32_t api = facts->properties.properties.apiVersion;
    uint32_t driver = facts->properties.properties.driverVersion;
    *out = (otd_device_info){.kind = otd_kind(facts->properties.properties.deviceType),
                             .units = otd_units(facts)};
    otd_vk_memory(instance, physical, extensions, &out->memory_bytes, &out->memory_free_bytes);
    out->alloc_max_bytes = otd_alloc_max(facts, out->memory_bytes);
    memcpy(out->uuid, facts->id.deviceUUID, sizeof out->uuid);
    snprintf(out->name, sizeof out->name, "%.63s", facts->properties.properties.deviceName);
    if (facts->driver.driverInfo[0] != 0) {
        snprintf(out->driver, sizeof out->driver, "%.31s", facts->driver.driverInfo);
    } else { /* each vendor packs this number in its own way; this one is the common one */
        snprintf(out->driver, sizeof out->driver, "%u.%u.%u", driver >> 22, driver >> 12 & 0x3ff,
                 driver & 0xfff);
    }
    snprintf(out->features, sizeof out->features, "Vulkan %u.%u.%u %.64s", VK_API_VERSION_MAJOR(api),
             VK_API_VERSION_MINOR(api), VK_API_VERSION_PATCH(api), facts->driver.driverName);
    if ((extensions & OTD_VK_HAS_PCI) != 0) {
        snprintf(out->pci, sizeof out->pci, "%04x:%02x:%02x.%x", facts->pci.pciDomain & 0xffff,
                 facts->pci.pciBus & 0xff, facts->pci.pciDevice & 0x1f, facts->pci.pciFunction & 7);
    }
}

/* Why the kernels cannot run there; 0 = they can. */
static int otd_left_out(const otd_vk_instance *instance, VkDispatchable physical, const otd_facts *facts,
                        char *message, size_t message_size) {
    const VkPhysicalDeviceLimits *limits = &facts->properties.properties.limits;
    const char *name = facts->properties.properties.deviceName;
    uint32_t api = facts->properties.properties.apiVersion;
    if (api < VK_API_VERSION_1_2) {
        snprintf(message, message_size,
                 "%.80s has Vulkan %u.%u, and 1.2 is needed; install a newer graphics driver", name,
                 VK_API_VERSION_MAJOR(api), VK_API_VERSION_MINOR(api));
        return 1;
    }
    VkPhysicalDeviceTimelineSemaphoreFeatures timeline = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES};
    VkPhysicalDeviceBufferDeviceAddressFeatures address = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES, .pNext = &timeline};
    VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                          .pNext = &address};
    instance->vkGetPhysicalDeviceFeatures2(physical, &features);
    if (address.bufferDeviceAddress == 0 || timeline.timelineSemaphore == 0) {
        snprintf(message, message_size,
                 "%.80s lacks %s of Vulkan 1.2, which the kernels need; install a newer graphics driver",
                 name, address.bufferDeviceAddress == 0 ? "bufferDeviceAddress" : "timelineSemaphore");
        return 1;
    }
    if (limits->maxComputeSharedMemorySize < OTD_SHARED_MIN ||
        limits->maxComputeWorkGroupInvocations < OTD_THREADS_MIN ||
        limits->maxComputeWorkGroupSize[0] < OTD_THREADS_MIN) {
        snprintf(message, message_size,
                 "%.80s allows groups of %u with %u bytes shared, and the kernels need %u and %u", name,
                 limits->maxComputeWorkGroupInvocations, limits->maxComputeSharedMemorySize, OTD_THREADS_MIN,
                 OTD_SHARED_MIN);
        return 1;
    }
    return 0;
}

/* Two drivers for one card, as some systems have them: the first is taken. */
static int otd_known(const otd_gpu_found *found, uint32_t count, const otd_device_info *info) {
    for (uint32_t i = 0; i < count; i++) {
        const otd_device_info *other = &found[i].info;
        if (info->pci[0] != 0 && other->pci[0] != 0) {
            if (strcmp(info->pci, other->pci) == 0) {
                return 1;
            }
        } else if (memcmp(info->uuid, other->uuid, sizeof info->uuid) == 0 &&
                   strcmp(info->name, other->name) == 0) {
            return 1;
        }
    }
    return 0;
}

int32_t otd_vk_list(const otd_vk_instance *instance, otd_gpu_found *found, uint32_t *count, char *message,
                    size_t message_size) {
    VkDispatchable devices[OTD_GPU_DEVICES_MAX];
    uint32_t there = OTD_GPU_DEVICES_MAX;
    int32_t error = instance->vkEnumeratePhysicalDevices(instance->handle, &there, devices);
    if (error == VK_ERROR_INITIALIZATION_FAILED) {
        return VK_SUCCESS; /* so the loader says that no driver behind it found a card of its own */
    }
    if (error != VK_SUCCESS && error != VK_INCOMPLETE) {
        return error;
    }
    for (uint32_t i = 0; i < there && *count < OTD_GPU_DEVICES_MAX; i++) {
        otd_facts facts;
        otd_gpu_found *device = &found[*count];
        uint32_t extensions = otd_vk_extensions(instance, devices[i]);
        otd_ask(&facts, instance, devices[i], extensions);
        if (otd_left_out(instance, devices[i], &facts, message, message_size)) {
            continue;
        }
        otd_describe(instance, devices[i], &facts, extensions, &device->info);
        device->handle[0] = (uint64_t)(uintptr_t)devices[i];
        device->handle[1] = (uint64_t)(uintptr_t)instance;
        *count += !otd_known(found, *count, &device->info);
    }
    return VK_SUCCESS;
}

int32_t otd_vk_probe(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend) {
    const otd_vk_instance *instances = NULL;
    uint32_t ways = otd_vk_load(&instances, backend->message, sizeof backend->message);
    *count = 0;
    for (uint32_t way = 0; way < ways; way++) {
        int32_t error = otd_vk_list(&instances[way], found, count, backend->message, sizeof backend->message);
        if (error != VK_SUCCESS && ways == 1) {
            snprintf(backend->message, sizeof backend->message,
                     "%.100s gave error %d when asked for its devices; reinstall the graphics driver",
                     instances[way].library, error);
            return OTD_E_DRIVER;
        }
    }
    for (uint32_t i = 0; i < *count; i++) {
        unsigned major = 0, minor = 0;
        sscanf(found[i].info.features, "Vulkan %u.%u", &major, &minor);
        backend->version =
            major * 1000 + minor * 10 > backend->version ? major * 1000 + minor * 10 : backend->version;
    }
    if (ways != 0 && *count == 0 && backend->message[0] == 0) {
        snprintf(
            backend->message, sizeof backend->message,
            "Vulkan's drivers show no device. Install the Vulkan driver of your graphics card's vendor; is "
            "the card plugged in, and may this user open it (group video or render)?");
    }
    return ways == 0 ? OTD_E_UNSUPPORTED : OTD_OK;
}
