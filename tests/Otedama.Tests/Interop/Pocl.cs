using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>PoCL: OpenCL on this machine's processor. Tests of graphics cards run on it, or say why they do not.</summary>
internal static class Pocl
{
    public static GpuInfo Card()
    {
        GpuInfo? card = Gpus.Find().FirstOrDefault(static gpu => gpu is { IsSimulator: true, Device.Backend: DeviceBackend.OpenCl });
        Assert.SkipWhen(card is null, $"no OpenCL on this machine's processor (Debian: pocl-opencl-icd, ocl-icd-libopencl1). {string.Join(" ", Gpus.Reasons())}");
        return card!;
    }
}
