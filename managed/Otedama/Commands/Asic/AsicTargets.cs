using Otedama.Asic;

namespace Otedama;

/// <summary>
/// Opens what an address of --device names: a port of an ESP32-S3 (/dev/ttyACM0, COM3, tcp://HOST:PORT, usb:303a:1001),
/// or with a prefix another loader: dfu:PORTPATH, stm32:PORT, uf2:FOLDER,BOARD-ID[,PORTPATH]; or a device on the
/// network: axeos:HOST, nerdqaxe:HOST, antminer:HOST, whatsminer-v2:HOST.
/// </summary>
internal static class AsicTargets
{
    private const int FirstRate = 115_200;
    private const string Dfu = "dfu:", Stm32 = "stm32:", Uf2 = "uf2:";

    /// <summary>Throws CommandException for an address that is none, LinkException for a port that does not
    /// open.</summary>
    public static IFlashTarget Open(
        string address, TimeProvider clock, Func<string, FleetCredentials?>? credentials = null, AsicWay? way = null)
    {
        AsicWay how = way ?? new AsicWay();
        if (NetworkTargets.TryOpen(address, credentials ?? (static _ => null), how.AllowPublic, clock, how.Whatsminer)
            is { } network)
        {
            return network;
        }
        if (After(address, Dfu) is { } path)
        {
            return new DfuTarget(new UsbPorts(), path, 0, clock);
        }
        if (After(address, Stm32) is { } port)
        {
            return new Stm32Target(() => new LinkOpener().Open(AddressOf(port), FirstRate), port, FirstRate);
        }
        if (After(address, Uf2) is { } drive)
        {
            return drive.Split(',') switch
            {
                [{ Length: > 0 } folder, { Length: > 0 } board] =>
                    new Uf2Target(new Uf2Folder(folder), board, null, null, clock),
                [{ Length: > 0 } folder, { Length: > 0 } board, { Length: > 0 } place] =>
                    new Uf2Target(new Uf2Folder(folder), board, new UsbPorts(), place, clock),
                _ => throw new CommandException(ExitCode.Usage,
                    $"--device {address}: write uf2:FOLDER,BOARD-ID, such as uf2:/media/RPI-RP2,RPI-RP2, and behind "
                    + "that, where two boards of a kind are plugged in, its USB port: ,1-1.4."),
            };
        }
        return OpenEsp(address, clock, how.Stub);
    }

    public static EspSerialTarget OpenEsp(string address, TimeProvider clock, EspStub? stub = null)
    {
        LinkAddress link = AddressOf(address);
        return new EspSerialTarget(
            new EspLoader(
                new EspPort(() => new LinkOpener().Open(link, FirstRate), clock, Thread.Sleep), stub: stub));
    }

    private static string? After(string address, string prefix) =>
        address.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? address[prefix.Length..] : null;

    private static LinkAddress AddressOf(string text) =>
        LinkAddress.TryParse(text, out LinkAddress? address, out string? error)
        ? address
        : throw new CommandException(ExitCode.Usage, $"--device {SettingTypes.Shorten(text)}: {error} A loader or a "
        + "device on the network has a word before it: dfu:PORTPATH, stm32:PORT, uf2:FOLDER,BOARD-ID, axeos:HOST, "
        + "nerdqaxe:HOST, antminer:HOST, whatsminer-v2:HOST.");
}
