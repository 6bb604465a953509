using System.Diagnostics;
using System.Globalization;
using Otedama.Tests.App;

namespace Otedama.Tests.Asic;

/// <summary>
/// One boot of Debian's kernel in QEMU (tests/asic/qemu.sh) with models attached over USB/IP: usbcore, the drivers of
/// serial adapters, usbfs and libusb are the real ones. The guest sees this machine's files read-only.
/// </summary>
internal sealed class UsbLaboratory : IDisposable
{
    /// <summary>
    /// Attaches everything (the tool sometimes cannot read the hub's state, and then it can), and gives the script some words:
    /// at WORDS says when that was; attach BUSID; port VID:PID:INTERFACE:SERIAL makes $node what that is called; echoes (the same)
    /// RATE has it send bytes back plus one; until_there FILE PID waits for a file in $LAB as long as that process lives, ten
    /// minutes at most. Few programs are started: each costs an emulated processor a fifth of a second.
    /// </summary>
    private const string Prologue = """
        at() { read -r up idle </proc/uptime; echo "$up s ($idle idle): $*"; }
        attach() {
          n=0; until usbip --tcp-port SERVER attach -r 10.0.2.2 -b $1 >/dev/null 2>&1 || [ $n -ge 9 ]; do sleep 0.3; n=$((n+1)); done
        }
        at attach
        for id in BUSIDS; do attach $id; done
        n=0; while [ "$(ls /sys/class/tty | grep -cE 'ttyUSB|ttyACM')" -lt PORTS ] && [ $n -lt 200 ]; do sleep 0.1; n=$((n+1)); done
        port() {
          node=
          for t in /sys/class/tty/ttyUSB* /sys/class/tty/ttyACM*; do
            cd -P $t/device 2>/dev/null || continue
            while [ ! -e bInterfaceNumber ] && [ "$PWD" != / ]; do cd -P ..; done
            serial=; read -r vendor <../idVendor && read -r product <../idProduct && read -r number <bInterfaceNumber || continue
            [ ! -e ../serial ] || read -r serial <../serial
            [ "$vendor:$product:$number:$serial" != "$1" ] || node=/dev/${t##*/}
          done
          cd /
        }
        echoes() {
          port $1
          [ -n "$node" ] || { echo "$1: no node"; return 1; }
          stty -F $node $2 raw -echo || { echo "$1: stty"; return 1; }
          exec 3<>$node; printf abc >&3; got=$(timeout 20 head -c 3 <&3); exec 3>&-
          echo "$1 $node at $2: $got"; [ "$got" = bcd ]
        }
        until_there() {
          n=0; while [ ! -e $LAB/$1 ] && kill -0 $2 2>/dev/null && [ $n -lt 1200 ]; do sleep 0.5; n=$((n+1)); done
          [ -e $LAB/$1 ]
        }

        """;

    /// <summary>The exit status when this machine lacks a program or cannot get the kernel; what, is in the console.</summary>
    public const int Lacking = 77;

    private const string Wish = "unplug-";

    private static readonly string s_folder = Path.Combine(Repository.Root, "build/asic-lab");

    private readonly UsbIpServer _server;

    public UsbLaboratory(params UsbModel[] models)
    {
        Models = models;
        _server = new UsbIpServer(models);
    }

    public UsbModel[] Models { get; }

    private static string Out => Path.Combine(s_folder, "out");

    public UsbIpServer Server => _server;

    /// <summary>What was printed in the guest, the kernel's words included.</summary>
    public string Console { get; private set; } = "";

    /// <summary>
    /// Boots, attaches every model, waits for that many serial ports and runs the lines of a shell script, which may use the
    /// words port and echoes; a file $LAB/unplug-N has the N-th model pulled out. Its exit status;
    /// 125 when the guest did not come to its end in that time.
    /// </summary>
    public int Run(int ports, string lines, TimeSpan most)
    {
        using TempFolder folder = new();
        string script = Prologue.Replace("PORTS", ports.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("SERVER", _server.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("BUSIDS", string.Join(' ', Enumerable.Range(0, Models.Length).Select(UsbIpServer.BusId)), StringComparison.Ordinal);
        string path = folder.File("lab.sh", script + lines);
        ProcessStartInfo start = new(Path.Combine(Repository.Root, "tests/asic/qemu.sh"), ["run", path, FormattableString.Invariant($"{most.TotalSeconds:F0}")])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OTEDAMA_LAB"] = s_folder;
        foreach (string left in Wishes())
        {
            File.Delete(left);
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> words = process.StandardOutput.ReadToEndAsync();
        HashSet<string> granted = []; // and not deleted: the guest may not have closed it yet
        while (!process.WaitForExit(100))
        {
            foreach (string wish in Wishes().Where(granted.Add))
            {
                _server.Unplug(int.Parse(Path.GetFileName(wish)[Wish.Length..], CultureInfo.InvariantCulture));
            }
        }
        Console = words.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
        return process.ExitCode;
    }

    /// <summary>What the guest has left in $LAB under that name; empty = nothing.</summary>
    public static string Left(string name)
    {
        string path = Path.Combine(Out, name);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    /// <summary>Leaves it a file of that name in $LAB.</summary>
    public static void Leave(string name, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Out);
        File.WriteAllBytes(Path.Combine(Out, name), bytes);
    }

    /// <summary>Takes such a file away.</summary>
    public static void Remove(string name) => File.Delete(Path.Combine(Out, name));

    public void Dispose() => _server.Dispose();

    /// <summary>Files unplug-N that the guest has put into its folder: it wants the N-th device pulled out, once.</summary>
    private static string[] Wishes() => Directory.Exists(Out) ? Directory.GetFiles(Out, Wish + "*") : [];
}
