using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Otedama.Asic;
using Otedama.Tests.Asic;

namespace Otedama.Benchmarks;

/// <summary>
/// How long an application takes onto a simulated ESP32-S3 whose wire is held to its rate: by our loader over a pseudo
/// terminal, and by Espressif's esptool-js over a socket, which knows no pseudo terminal; in turns. Counted from the first
/// byte to the compared MD5, the loader's upload included. Then the fault matrix, counted.
/// </summary>
internal static class FlashingBench
{
    private const int Rate = 921_600, FirstRate = 115_200, Address = 0x710000;

    /// <summary>One turn takes less than a minute; a busy machine ten.</summary>
    private static readonly TimeSpan s_turnMax = TimeSpan.FromMinutes(10);

    /// <param name="folder">With node_modules/esptool-js; "-" = our loader alone, by the ROM.</param>
    public static async Task<int> RunAsync(string folder, string mebibytes, string rounds)
    {
        int size = int.Parse(mebibytes, CultureInfo.InvariantCulture) << 20;
        int turns = int.Parse(rounds, CultureInfo.InvariantCulture);
        byte[] image = Image(size);
        string? stub = folder == "-" ? null
            : Path.Combine(folder, "node_modules/esptool-js/lib/targets/stub_flasher/esp32s3.json");
        List<(string Tool, string Loader, Func<Task<Turn>> Run)> ways = [("otedama", "rom", () => OursAsync(image, null))];
        if (stub is not null)
        {
            ways.Add(("esptool-js", "rom", () => TheirsAsync(folder, "rom", image)));
            ways.Add(("otedama", "ram", () => OursAsync(image, EspStub.Open(stub))));
            ways.Add(("esptool-js", "ram", () => TheirsAsync(folder, "ram", image)));
        }
        Dictionary<(string, string), List<Turn>> all = ways.ToDictionary(static way => (way.Tool, way.Loader), static _ => new List<Turn>());
        for (int turn = 0; turn < turns; turn++)
        {
            foreach ((string tool, string loader, Func<Task<Turn>> run) in turn % 2 == 0 ? ways : Enumerable.Reverse(ways))
            {
                Turn took = await run();
                all[(tool, loader)].Add(took);
                Say($"turn {turn + 1}: {tool,-10} {loader}: {took.Seconds:0.00} s, the wire busy for {took.Wire:0.00} s");
            }
        }
        IReadOnlyList<FlashingRow> matrix = await FlashingMatrix.RunAsync();
        Say($"{size} bytes at {Rate} baud, {turns} turns each, load {Load()}");
        Say($"{"tool",-11}{"loader",-8}{"median s",9}{"KiB/s",8}{"wire s",8}");
        foreach (((string tool, string loader), List<Turn> took) in all)
        {
            Turn median = took.OrderBy(static one => one.Seconds).ElementAt(took.Count / 2);
            Say($"{tool,-11}{loader,-8}{median.Seconds,9:0.00}{size / 1024.0 / median.Seconds,8:0.0}{median.Wire,8:0.00}");
        }
        FlashingMatrix.Print(matrix);
        Console.Out.WriteLine(JsonSerializer.Serialize(new
        {
            schema = 1,
            image_bytes = size,
            rate_bps = Rate,
            load_1m = Load(),
            turns = all.Select(static one => new
            {
                tool = one.Key.Item1,
                loader = one.Key.Item2,
                seconds = one.Value.Select(static turn => Math.Round(turn.Seconds, 3)),
                wire_s = one.Value.Select(static turn => Math.Round(turn.Wire, 3)),
            }),
            matrix = matrix.Select(static row => new
            {
                what = row.What,
                tries = row.Tries,
                boots_old = row.Old,
                boots_new = row.New,
                loader_only = row.Loader,
                neither = row.Neither,
                new_after_resume = row.Resumed,
            }),
        }));
        return matrix.All(static row => row.Neither == 0 && row.Resumed == row.Tries) ? 0 : 1;
    }

    /// <summary>As firmware is: it deflates to some 60 %.</summary>
    private static byte[] Image(int size)
    {
        byte[] noise = EspFirmware.Noise("flashing", size);
        for (int at = 0; at < size; at += 5_000)
        {
            noise.AsSpan(at, Math.Min(2_000, size - at)).Fill((byte)(at / 5_000 % 251));
        }
        return noise;
    }

    private static Task<Turn> OursAsync(byte[] image, EspStub? stub)
    {
        (SimulatedEsp32S3 chip, PacedDevice wire) = Chip();
        using Pty pty = new(wire);
        long began = Stopwatch.GetTimestamp();
        using EspLoader loader = new(new EspPort(() => pty.OpenLink(FirstRate), TimeProvider.System, Thread.Sleep), stub: stub);
        loader.Connect();
        new EspWriter(loader).Write(Address, image);
        Turn turn = new(Stopwatch.GetElapsedTime(began).TotalSeconds, wire.BusySeconds);
        Require(chip, image, loader.Rate == Rate && chip.IsInStub == stub is not null, "otedama");
        return Task.FromResult(turn);
    }

    private static async Task<Turn> TheirsAsync(string folder, string mode, byte[] image)
    {
        (SimulatedEsp32S3 chip, PacedDevice wire) = Chip();
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, image);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using Process node = Process.Start(new ProcessStartInfo("node",
            [Path.Combine(Root(), "tests/asic/esptool_judge.mjs"), Path.GetFullPath(folder), $"{((IPEndPoint)listener.LocalEndpoint).Port}", mode, $"{Rate}",
                $"0x{Address:x}", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            using CancellationTokenSource patience = new(s_turnMax);
            Task<string> said = node.StandardOutput.ReadToEndAsync(patience.Token), wrong = node.StandardError.ReadToEndAsync(patience.Token);
            using TcpClient client = await listener.AcceptTcpClientAsync(patience.Token);
            client.NoDelay = true;
            long began = Stopwatch.GetTimestamp();
            await ServeAsync(client.GetStream(), wire, patience.Token);
            Turn turn = new(Stopwatch.GetElapsedTime(began).TotalSeconds, wire.BusySeconds);
            await node.WaitForExitAsync(patience.Token);
            Require(chip, image, node.ExitCode == 0, $"esptool-js: {await said}{await wrong}");
            return turn;
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
            File.Delete(file);
        }
    }

    /// <summary>Messages of esptool_judge.mjs, until the other side closes.</summary>
    private static async Task ServeAsync(NetworkStream stream, PacedDevice wire, CancellationToken stop)
    {
        int rate = FirstRate;
        byte[] head = new byte[5];
        byte[] replies = new byte[4096];
        while (await stream.ReadAtLeastAsync(head.AsMemory(0, 3), 3, throwOnEndOfStream: false, stop) == 3)
        {
            if (head[0] == 2)
            {
                wire.SetLines(head[1] != 0, head[2] != 0);
            }
            else
            {
                await stream.ReadExactlyAsync(head.AsMemory(3, 2), stop);
                int value = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1));
                if (head[0] == 3)
                {
                    rate = value;
                }
                else
                {
                    byte[] bytes = new byte[value];
                    await stream.ReadExactlyAsync(bytes, stop);
                    wire.Receive(bytes, rate);
                }
            }
            for (int count = wire.Take(replies, rate); count > 0; count = wire.Take(replies, rate))
            {
                await stream.WriteAsync(replies.AsMemory(0, count), stop);
            }
        }
    }

    private static (SimulatedEsp32S3 Chip, PacedDevice Wire) Chip()
    {
        SimulatedEsp32S3 chip = new(EspFirmware.Installed("v1.5.0", layout: EspFirmware.FullLayout)) { BootHeld = true };
        chip.PowerOn();
        return (chip, new PacedDevice(chip));
    }

    private static void Require(SimulatedEsp32S3 chip, byte[] image, bool ok, string what)
    {
        if (!ok || !chip.Flash.Read(Address, image.Length).AsSpan().SequenceEqual(image))
        {
            throw new InvalidOperationException($"the flash is not the image, or another way was gone: {what}");
        }
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Otedama.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new DirectoryNotFoundException("Otedama.sln is not above this program");
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    internal static void Say(FormattableString text) => Console.Out.WriteLine(FormattableString.Invariant(text));

    /// <param name="Wire">Seconds for which bytes were on the wire.</param>
    private sealed record Turn(double Seconds, double Wire);
}
