using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>Graphics cards as the managed side sees them.</summary>
public sealed class GpuTests
{
    [Fact]
    public void Cards_are_numbered_from_0_each_board_once_and_simulators_last()
    {
        DeviceInfo[] devices =
        [
            Device(0, DeviceKind.Processor, DeviceBackend.Cpu, 0),
            Device(1, DeviceKind.Discrete, DeviceBackend.Cuda, 1),
            Device(2, DeviceKind.Simulator, DeviceBackend.OpenCl, 2),
            Device(3, DeviceKind.Discrete, DeviceBackend.OpenCl, 1),
            Device(4, DeviceKind.Integrated, DeviceBackend.OpenCl, 4),
        ];
        Assert.Equal(
            [(0, 1, null), (1, 4, null), (2, 3, 0), (3, 2, null)],
            Gpus.Number(devices).Select(static gpu => (gpu.Index, gpu.Device.Index, gpu.TwinOf)));
    }

    [Fact]
    public void The_processor_is_device_0_and_tells_nothing_of_itself_here()
    {
        DeviceInfo cpu = Catalogue.Devices()[0];
        Assert.Equal((0, DeviceKind.Processor, DeviceBackend.Cpu, 0), (cpu.Index, cpu.Kind, cpu.Backend, cpu.Twin));
        Assert.Equal(default, Catalogue.Readings(0));
        NativeException refused = Assert.Throws<NativeException>(static () => Catalogue.Readings(1000));
        Assert.Contains("device row 1000 does not exist", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backend_without_a_device_says_why()
    {
        Catalogue.OpenDevices();
        Assert.All(Catalogue.Backends(), static backend => Assert.Equal(backend.Devices == 0, backend.Message.Length > 0));
        Assert.Equal(DeviceBackend.Cpu, Catalogue.Backends()[0].Backend);
    }

    [Fact]
    public void A_card_finds_what_the_processor_finds()
    {
        int device = Pocl.Card().Device.Index;
        Catalogue.SelfTest(Algorithm.Sha256d, device: device);
        byte[] header = [.. Enumerable.Range(0, 80).Select(static i => (byte)(i * 3))];
        Assert.Equal(Search(header, 0), Search(header, device));
        Assert.Equal(0UL, Catalogue.Readings(device).HardwareErrors);
        Assert.True(Catalogue.Readings(device).Launches > 0);
    }

    [Fact]
    public void An_algorithm_without_a_kernel_is_refused_by_name()
    {
        int device = Pocl.Card().Device.Index;
        Assert.Empty(Catalogue.Flavours(device, Algorithm.VerusHash));
        NativeException refused = Assert.Throws<NativeException>(() => PowEngine.Create(Algorithm.VerusHash, device: (uint)device));
        Assert.Contains("verushash has no kernel for opencl devices", refused.Message, StringComparison.Ordinal);
    }

    private static List<(ulong Nonce, Hash256 Hash)> Search(byte[] header, int device)
    {
        using PowEngine engine = PowEngine.Create(Algorithm.Sha256d, device: (uint)device);
        List<(ulong, Hash256)> found = [];
        PowHit[] hits = new PowHit[16];
        ulong first = 1_000_000;
        const ulong end = 1_100_000;
        while (first < end)
        {
            PowWork work = new()
            {
                Data = header,
                NonceFirst = first,
                NonceCount = end - first,
                Target = Target.FromDifficulty(1.0 / (1UL << 22), Target.BitcoinOne), // one nonce in 1024
            };
            PowScan scan = engine.Scan([work], hits, TimeSpan.FromSeconds(1));
            found.AddRange(hits.AsSpan(0, scan.HitCount).ToArray().Select(static hit => (hit.Nonce, hit.Hash)));
            first = scan.WorkIndex > 0 ? end : scan.NonceNext;
        }
        Assert.InRange(found.Count, 40, 200);
        return found;
    }

    private static DeviceInfo Device(int index, DeviceKind kind, DeviceBackend backend, int twin) =>
        new(index, backend, 1, 1 << 30, $"device {index}", []) { Kind = kind, Twin = twin };
}
