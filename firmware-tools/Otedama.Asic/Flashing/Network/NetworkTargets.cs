using System.Globalization;
using System.Net;

namespace Otedama.Asic;

/// <summary>Opens what an address names on the network: axeos:HOST, nerdqaxe:HOST, antminer:HOST, whatsminer-v2:HOST,
/// each with :PORT or without.</summary>
public static class NetworkTargets
{
    private static readonly string[] s_drivers = ["axeos", "nerdqaxe", "antminer", "whatsminer-v2"];

    /// <summary>Null when the address is none of these. Throws FlashException when it is one and cannot be.</summary>
    /// <param name="credentials">User and password for devices of a driver; null = none is configured.</param>
    /// <param name="allowPublic">The operator said that a public address is his.</param>
    /// <param name="whatsminer">How a Whatsminer is given a package; off unless somebody switched it on.</param>
    public static IFlashTarget? TryOpen(
        string address, Func<string, FleetCredentials?> credentials, bool allowPublic, TimeProvider clock,
        WhatsminerUpload whatsminer = WhatsminerUpload.Off)
    {
        string? name = s_drivers.FirstOrDefault(
            driver => address.StartsWith(driver + ":", StringComparison.OrdinalIgnoreCase));
        if (name is null)
        {
            return null;
        }
        FleetTarget target =
            TargetOf(address[(name.Length + 1)..], address, name, allowPublic) with { Credentials = credentials(name) };
        FleetTransport transport = new(clock);
        UploadClient uploads = new(transport);
        IFlashTarget opened = name switch
        {
            "axeos" => new AxeOsOtaTarget(new AxeosDriver(transport), transport, uploads, target),
            "nerdqaxe" => new AxeOsOtaTarget(new NerdQaxeDriver(transport), transport, uploads, target),
            "antminer" => new AntminerUploadTarget(new AntminerDriver(transport), transport, uploads, target),
            _ => new WhatsminerUploadTarget(new WhatsminerV2Driver(transport), transport, target, whatsminer),
        };
        return new Owned(opened, uploads, transport);
    }

    private static FleetTarget TargetOf(string place, string address, string name, bool allowPublic)
    {
        int colon = place.LastIndexOf(':');
        string host = colon < 0 ? place : place[..colon];
        int? port = colon < 0 ? null
            : int.TryParse(place[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int given)
            && given is > 0 and <= 65_535 ? given : -1;
        if (port == -1 || !IPAddress.TryParse(host, out IPAddress? ip)
            || ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
        {
            throw new FlashException(
                $"--device {address}: write {name}: and the IPv4 address of the device, with :PORT where it is not "
                + $"the usual, such as {name}:192.168.1.20.")
            { Fault = FlashFault.Named };
        }
        try
        {
            AddressRanges.Parse([host], allowPublic);
        }
        catch (AddressRangeException e)
        {
            throw new FlashException($"--device {address}: {e.Message}", e) { Fault = FlashFault.Named };
        }
        FleetTarget target = new(ip);
        return port is not int number ? target
            : target with
            {
                Ports = name == "whatsminer-v2" ? target.Ports with { Api = number }
            : target.Ports with { Web = number }
            };
    }

    /// <summary>A target with what it was opened on.</summary>
    private sealed class Owned(IFlashTarget inner, params IDisposable[] below) : IFlashTarget
    {
        public string Name => inner.Name;

        public ValueTask<FlashDevice> ReadAsync(CancellationToken stop) => inner.ReadAsync(stop);

        public FlashProgram Program(
            FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options) =>
            inner.Program(device, image, bytes, options);

        public ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop) =>
            inner.DoAsync(step, material, stop);

        public ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop) => inner.LookAsync(plan, stop);

        public void Dispose()
        {
            inner.Dispose();
            Array.ForEach(below, static one => one.Dispose());
        }
    }
}
