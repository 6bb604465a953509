using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>lavapipe: Vulkan on this machine's processor. Tests of graphics cards run on it, or say why they do not.</summary>
internal static class Lavapipe
{
    public static GpuInfo Card()
    {
        GpuInfo? card = Gpus.Find().FirstOrDefault(static gpu => gpu is { IsSimulator: true, Device.Backend: DeviceBackend.Vulkan });
        Assert.SkipWhen(card is null, $"no Vulkan on this machine's processor (Debian: libvulkan1, mesa-vulkan-drivers). {string.Join(" ", Gpus.Reasons())}");
        return card!;
    }
}
