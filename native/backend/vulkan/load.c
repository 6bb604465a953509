/* load.c - finds Vulkan on this machine: the loader, or the drivers by themselves where no loader is
 * installed, by the manifests that a loader would read. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"
#include "vulkan.h"

static const char *const otd_loaders[] = {"libvulkan.so.1", "libvulkan.so", "vulkan-1.dll"};

static const char *const otd_folders[] = {"/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d",
                                          "/usr/share/vulkan/icd.d", "/usr/local/nvidia/share/vulkan/icd.d"};

/* A manifest has some hundred bytes. */
#define OTD_MANIFEST_MAX 16384u
#define OTD_PATH_MAX 512u

/* The interface between loader and driver that is asked for; drivers answer with what they have up to it. */
#define OTD_ICD_VERSION 5u

static otd_vk_instance otd_instances[OTD_VK_INSTANCES_MAX];
static uint32_t otd_instance_count;

/* All functions of the table or none of it. */
static int otd_fill(otd_vk_instance *out, OtdVkGetInstanceProcAddr get) {
    int complete = 1;
#define OTD_VK_FIND(result, name, parameters)                                                                \
    out->name = (result(*) parameters)get(out->handle, #name);                                               \
    complete &= out->name != NULL;
    OTD_VK_INSTANCE_FUNCTIONS(OTD_VK_FIND)
#undef OTD_VK_FIND
    return complete;
}

/* Makes the instance. Returns VK_SUCCESS or what was wrong. */
static int32_t otd_create(otd_vk_instance *out, OtdVkGetInstanceProcAddr get, const char *library) {
    int32_t (*version)(uint32_t *) = (int32_t(*)(uint32_t *))get(NULL, "vkEnumerateInstanceVersion");
    int32_t (*create)(const VkInstanceCreateInfo *, const void *, VkDispatchable *) =
        (int32_t(*)(const VkInstanceCreateInfo *, const void *, VkDispatchable *))get(NULL,
                                                                                      "vkCreateInstance");
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .pApplicationName = "otedama",
                                           .apiVersion = VK_API_VERSION_1_2};
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .pApplicationInfo = &application};
    uint32_t known = 0;
    *out = (otd_vk_instance){.handle = NULL};
    /* One of Vulkan 1.0 lacks the first function, and refuses an application for 1.2. */
    if (create == NULL || version == NULL || version(&known) != VK_SUCCESS || known < VK_API_VERSION_1_1) {
        return VK_ERROR_INCOMPATIBLE_DRIVER;
    }
    int32_t error = create(&info, NULL, &out->handle);
    if (error != VK_SUCCESS) {
        return error;
    }
    snprintf(out->library, sizeof out->library, "%s", library);
    return otd_fill(out, get) ? VK_SUCCESS : VK_ERROR_INITIALIZATION_FAILED;
}

/* ---- without a loader ------------------------------------------------------------------------ */

/* A manifest's text, ended by a zero. Returns 0, or why it cannot be read. */
static int otd_read(char text[OTD_MANIFEST_MAX], const char *manifest) {
    errno = 0;
    FILE *file = fopen(manifest, "rb");
    size_t length = file != NULL ? fread(text, 1, OTD_MANIFEST_MAX - 1, file) : 0;
    int error = length == 0 ? errno : 0;
    if (file != NULL) {
        fclose(file);
    }
    text[length] = 0;
    return error;
}

/* The value of "library_path" in a manifest; a path that is not absolute and has a slash counts from the
 * manifest's folder, a bare name is the linker's business. */
static int otd_library_of(char out[OTD_PATH_MAX], const char *manifest) {
    char text[OTD_MANIFEST_MAX];
    otd_read(text, manifest);
    const char *at = strstr(text, "\"library_path\"");
    at = at != NULL ? strchr(at + strlen("\"library_path\""), '"') : NULL;
    const char *end = at != NULL ? strchr(at + 1, '"') : NULL;
    if (end == NULL || end == at + 1) {
        return 0;
    }
    int name = (int)(end - at - 1);
    const char *slash = strrchr(manifest, '/');
    int folder = at[1] != '/' && memchr(at + 1, '/', (size_t)name) != NULL && slash != NULL
                     ? (int)(slash - manifest) + 1
                     : 0;
    return snprintf(out, OTD_PATH_MAX, "%.*s%.*s", folder, manifest, name, at + 1) < (int)OTD_PATH_MAX;
}

int otd_vk_from_manifest(otd_vk_instance *out, const char *manifest) {
    char path[OTD_PATH_MAX];
    uint32_t version = OTD_ICD_VERSION;
    int32_t (*negotiate)(uint32_t *);
    OtdVkGetInstanceProcAddr get;
    void *library = otd_library_of(path, manifest) ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) {
        return 0;
    }
    *(void **)&negotiate = dlsym(library, "vk_icdNegotiateLoaderICDInterfaceVersion");
    *(void **)&get = dlsym(library, "vk_icdGetInstanceProcAddr");
    /* Never closed: drivers leave threads behind that would run into nothing. */
    return get != NULL && (negotiate == NULL || negotiate(&version) == VK_SUCCESS) &&
           otd_create(out, get, path) == VK_SUCCESS;
}

static void otd_try_manifest(const char *path) {
    if (otd_instance_count < OTD_VK_INSTANCES_MAX &&
        otd_vk_from_manifest(&otd_instances[otd_instance_count], path)) {
        otd_instance_count++;
    }
}

/* Manifests that the environment names in place of the folders, as a loader takes them. */
static void otd_try_list(const char *list) {
    char path[OTD_PATH_MAX];
    for (const char *at = list; *at != 0;) {
        size_t length = strcspn(at, ":");
        if (length > 0 && length < sizeof path) {
            snprintf(path, sizeof path, "%.*s", (int)length, at);
            otd_try_manifest(path);
        }
        at += length + (at[length] != 0);
    }
}

static int otd_is_manifest(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static void otd_try_folder(const char *folder) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, otd_is_manifest, alphasort);
    for (int i = 0; i < count; i++) {
        char path[OTD_PATH_MAX];
        if (snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name) < (int)sizeof path) {
            otd_try_manifest(path);
        }
        free(entries[i]);
    }
    free(entries);
}

/* The variable that names manifests in place of the folders, as a loader takes it; NULL = none does. */
static const char *otd_variable(void) {
    const char *name = getenv("VK_DRIVER_FILES") != NULL ? "VK_DRIVER_FILES" : "VK_ICD_FILENAMES";
    const char *list = getenv(name);
    return list != NULL && list[0] != 0 ? name : NULL;
}

/* What is wrong with the first manifest of the variable's list, none of which led to a driver. */
static void otd_say_variable(const char *variable, char *message, size_t message_size) {
    char path[OTD_PATH_MAX], text[OTD_MANIFEST_MAX], library[OTD_PATH_MAX];
    char why[OTD_LIBRARY_PROBLEM_MAX] = "";
    const char *list = getenv(variable);
    list += strspn(list, ":");
    snprintf(path, sizeof path, "%.*s", (int)strcspn(list, ":"), list);
    int error = otd_read(text, path);
    if (error != 0) {
        snprintf(why, sizeof why, "cannot be read (%.60s)", strerror(error));
    } else if (!otd_library_of(library, path)) {
        snprintf(why, sizeof why, "names no library_path");
    } else {
        snprintf(why, sizeof why, "leads to %.60s", library);
    }
    /* Of a long path the end tells more. */
    size_t length = strlen(path);
    snprintf(
        message, message_size,
        "%s leads to no driver of Vulkan 1.2: %s %s. Take the variable away, or let it name the .json file "
        "of a driver",
        variable, length > 50 ? path + length - 50 : path, why);
}

static void otd_try_drivers(void) {
    const char *variable = otd_variable();
    if (variable != NULL) {
        otd_try_list(getenv(variable));
        return;
    }
    for (size_t i = 0; i < sizeof otd_folders / sizeof otd_folders[0]; i++) {
        otd_try_folder(otd_folders[i]);
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* 1 = there is a loader, whatever came of it: it has read the manifests already. */
static int otd_try_loaders(char problem[OTD_LIBRARY_PROBLEM_MAX], char *message, size_t message_size) {
    for (size_t i = 0; i < sizeof otd_loaders / sizeof otd_loaders[0]; i++) {
        void *library = otd_library_open(otd_loaders[i], problem);
        OtdVkGetInstanceProcAddr get = NULL;
        if (library != NULL) {
            *(void **)&get = dlsym(library, "vkGetInstanceProcAddr");
        }
        if (get == NULL) {
            continue;
        }
        int32_t error = otd_create(&otd_instances[0], get, otd_loaders[i]);
        if (error == VK_SUCCESS) {
            otd_instance_count = 1;
        } else if (otd_variable() != NULL &&
                   (error == VK_ERROR_INCOMPATIBLE_DRIVER || error == VK_ERROR_OUT_OF_HOST_MEMORY)) {
            /* The second is what loaders say to a manifest that is none. */
            otd_say_variable(otd_variable(), message, message_size);
        } else if (error == VK_ERROR_INCOMPATIBLE_DRIVER) {
            snprintf(message, message_size,
                     "%s is there and no driver of Vulkan 1.2 behind it. Install the Vulkan driver of your "
                     "graphics card's vendor (Mesa: mesa-vulkan-drivers)",
                     otd_loaders[i]);
        } else {
            snprintf(message, message_size,
                     "%s gave error %d when an instance was made; reinstall the graphics driver",
                     otd_loaders[i], error);
        }
        return 1;
    }
    return 0;
}

uint32_t otd_vk_load(const otd_vk_instance **instances, char *message, size_t message_size) {
    char problem[OTD_LIBRARY_PROBLEM_MAX] = "";
    *instances = otd_instances;
    if (otd_instance_count == 0 && !otd_try_loaders(problem, message, message_size)) {
        otd_try_drivers();
        if (otd_instance_count > 0) {
            return otd_instance_count;
        }
        if (problem[0] != 0) {
            snprintf(message, message_size,
                     "Vulkan's loader is there and cannot be opened: %s. Reinstall libvulkan1", problem);
        } else if (otd_variable() != NULL) {
            otd_say_variable(otd_variable(), message, message_size);
        } else {
            snprintf(message, message_size,
                     "Vulkan is not installed: libvulkan.so.1 was not found, nor a driver in "
                     "/usr/share/vulkan/icd.d. Install libvulkan1 and your graphics card's Vulkan driver");
        }
    }
    return otd_instance_count;
}
