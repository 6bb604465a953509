using System.Diagnostics;
using Otedama.Tests.App;

namespace Otedama.Tests.Asic;

/// <summary>
/// One boot of Debian's kernel in QEMU (tests/asic/qemu.sh) with models attached over USB/IP: usbcore, the drivers of
/// serial adapters, usbfs and libusb are the real ones. The guest sees this machine's files read-only.
/// </summary>
internal sealed class UsbLaboratory : IDisposable
{
    private readonly UsbIpServer _server;

    public UsbLaboratory(params UsbModel[] models)
    {
        Models = models;
        _server = new UsbIpServer(models);
    }

    public UsbModel[] Models { get; }

    public UsbIpServer Server => _server;

    /// <summary>What was printed in the guest, the kernel's words included.</summary>
    public string Console { get; private set; } = "";

    /// <summary>
    /// Boots, attaches every model, waits for that many serial ports and runs the lines of a shell script. Its exit status;
    /// 125 when the guest did not come to its end in that time.
    /// </summary>
    public int Run(int ports, string script, TimeSpan most)
    {
        using TempFolder folder = new();
        string attach = string.Join('\n', Enumerable.Range(0, Models.Length).Select(i => FormattableString.Invariant(
            $"usbip --tcp-port {_server.Port} attach -r 10.0.2.2 -b {UsbIpServer.BusId(i)} || echo 'not attached: {i}'")));
        string path = folder.File("lab.sh", $$"""
            export LAB=/tmp/lab
            {{attach}}
            n=0; while [ "$(ls /sys/class/tty | grep -cE 'ttyUSB|ttyACM')" -lt {{ports}} ] && [ $n -lt 200 ]; do sleep 0.1; n=$((n+1)); done
            ls /sys/class/tty | grep -E 'ttyUSB|ttyACM' | tr '\n' ' '; echo
            {{script}}
            """);
        ProcessStartInfo start = new(Path.Combine(Repository.Root, "tests/asic/qemu.sh"), ["run", path, FormattableString.Invariant($"{most.TotalSeconds:F0}")])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Console = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Console += errors.GetAwaiter().GetResult();
        return process.ExitCode;
    }

    public void Dispose() => _server.Dispose();
}
